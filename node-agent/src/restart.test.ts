import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decideRestart, type RestartFacts } from './restart.ts'

const ended = (facts: Partial<RestartFacts>) =>
  decideRestart({ policy: 'always', code: 0, wellMs: 10, attempts: 0, unhealthy: false, ...facts })

test('each policy restarts what it says and leaves the rest', () => {
  const restarts = (policy: RestartFacts['policy'], code: number | null) =>
    ended({ policy, code }).type === 'restart'
  assert.deepEqual([restarts('always', 0), restarts('always', 1)], [true, true])
  assert.deepEqual([restarts('on-failure', 0), restarts('on-failure', 1)], [false, true])
  assert.deepEqual([restarts('never', 0), restarts('never', 1)], [false, false])
})

test('a program that could not be started is tried again, whatever its policy', () => {
  for (const policy of ['always', 'on-failure', 'never'] as const) {
    assert.equal(ended({ policy, code: null }).type, 'restart')
  }
})

test('a program that was ended for being unhealthy is started again, whatever code it ended with', () => {
  for (const policy of ['always', 'on-failure'] as const) {
    assert.equal(ended({ policy, unhealthy: true }).type, 'restart')
  }
})

test('each restart in a row waits twice as long, up to a minute', () => {
  const delays: number[] = []
  let attempts = 0
  for (let index = 0; index < 10; index++) {
    const verdict = ended({ code: 1, attempts })
    assert.ok(verdict.type === 'restart')
    delays.push(verdict.delayMs)
    attempts = verdict.attempts
  }
  assert.deepEqual(delays, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
  assert.deepEqual(ended({ attempts: 1e9 }), {
    type: 'restart',
    delayMs: 60_000,
    attempts: 1e9 + 1,
  })
})

test('a program that ran well is started again at once', () => {
  assert.deepEqual(ended({ attempts: 9, wellMs: 60_000 }), {
    type: 'restart',
    delayMs: 500,
    attempts: 1,
  })
})
