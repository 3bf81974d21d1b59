import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAttempts } from './attempts.ts'

test('each failure in a row waits twice as long, up to a minute, and a success ends it', () => {
  let now = 0
  const attempts = createAttempts(() => now)
  const waits: number[] = []
  for (let index = 0; index < 9; index++) {
    attempts.failed('a')
    const failedAt = now
    while (!attempts.mayTry('a')) now += 500
    waits.push(now - failedAt)
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
  attempts.failed('a')
  assert.equal(attempts.mayTry('b'), true, 'others are not concerned')
  attempts.succeeded('a')
  assert.equal(attempts.mayTry('a'), true)
})
