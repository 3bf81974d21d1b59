import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watchHealth, type WatchHealthOptions } from './watch-health.ts'

type Answer = string | null | undefined

/** What is told of a program that answers so, asked every 10 s. */
async function watch(answers: Answer[], check: Partial<WatchHealthOptions['check']> = {}) {
  const over = new AbortController()
  const left = [...answers]
  let seconds = 0
  const told: string[] = []
  await watchHealth({
    check: { intervalSeconds: 10, startPeriodSeconds: 0, retries: 3, ...check },
    ask: async () => {
      const answer = left.shift()
      if (left.length === 0) over.abort()
      return answer
    },
    onHealth: (health, problem) => told.push(`${health}${problem === null ? '' : ` ${problem}`}`),
    signal: over.signal,
    now: () => seconds * 1000,
    wait: async (ms) => (seconds += ms / 1000),
  })
  return told
}
const END = null

test('a success makes it healthy, and so many failures in a row as it says unhealthy', async () => {
  assert.deepEqual(await watch([null, 'a', 'b', 'c', 'd', null, 'e', END]), [
    'healthy',
    'healthy a',
    'healthy b',
    'unhealthy c',
    'unhealthy d',
    'healthy',
    'healthy e',
  ])
})

test('one success between failures begins the count anew', async () => {
  const told = await watch([null, 'a', 'b', null, 'a', 'b', null, END])
  assert.ok(!told.some((one) => one.startsWith('unhealthy')))
})

test('failures before it has been well do not count in its start period', async () => {
  const check = { startPeriodSeconds: 30, retries: 2 }
  assert.deepEqual(await watch(['0', '10', '20', '30', '40', END], check), [
    ...['starting 0', 'starting 10', 'starting 20', 'starting 30', 'unhealthy 40'],
  ])
  assert.deepEqual(await watch([null, '10', '20', END], check), [
    ...['healthy', 'healthy 10', 'unhealthy 20'],
  ])
})

test('what could not be asked says nothing', async () => {
  assert.deepEqual(await watch([undefined, 'a', undefined, 'b', undefined, 'c', END]), [
    ...['starting a', 'starting b', 'unhealthy c'],
  ])
})
