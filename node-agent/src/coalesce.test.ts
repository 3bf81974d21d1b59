import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCoalesced } from './coalesce.ts'

test('of what is asked for within a moment the first is done at once, and one more after the last', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let asked = 0
  const done: number[] = []
  const coalesced = createCoalesced(200, () => done.push(asked))
  const ask = () => {
    asked += 1
    coalesced.ask()
  }
  ask()
  assert.deepEqual(done, [1])
  for (let times = 0; times < 100; times += 1) ask()
  assert.deepEqual(done, [1])
  t.mock.timers.tick(200)
  assert.deepEqual(done, [1, 101])
  t.mock.timers.tick(200)
  assert.deepEqual(done, [1, 101], 'nothing was asked for since')
  ask()
  assert.deepEqual(done, [1, 101, 102])
})

test('what was asked for and not done yet is done when it is finished, and only then', () => {
  let done = 0
  const coalesced = createCoalesced(10_000, () => (done += 1))
  coalesced.finish()
  assert.equal(done, 0)
  coalesced.ask()
  coalesced.ask()
  coalesced.finish()
  coalesced.finish()
  assert.equal(done, 2)
})
