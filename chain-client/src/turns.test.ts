import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTurns } from './turns.ts'

test('tasks of one key run one at a time and in order, those of another key beside them', async () => {
  const turns = createTurns()
  const log: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = turns.take('a', async () => {
    log.push('a1 begins')
    await gate.promise
    log.push('a1 ends')
  })
  const second = turns.take('a', async () => void log.push('a2'))
  await turns.take('b', async () => void log.push('b'))
  gate.resolve()
  await Promise.all([first, second])
  assert.deepEqual(log, ['a1 begins', 'b', 'a1 ends', 'a2'])
})

test('a task that fails tells its own caller and lets the next one run', async () => {
  const turns = createTurns()
  const failing = turns.take('a', () => Promise.reject(new Error('no')))
  const next = turns.take('a', () => Promise.resolve(2))
  await assert.rejects(failing, /no/)
  assert.equal(await next, 2)
})
