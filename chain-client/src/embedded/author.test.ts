import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextTime } from './author.ts'

const SLOT_MS = 20
const chainAt = (timestampMs: number, slotMs = SLOT_MS) => ({
  slotDurationMs: () => Promise.resolve(slotMs),
  timestampMs: () => timestampMs,
})

test('a block bears the time of the wall clock, and the slot of that time', async () => {
  assert.deepEqual(await nextTime(chainAt(1_000), () => 5_015), { timestampMs: 5_015, slot: 250 })
})

test('the first block of a chain bears the time of the wall clock', async () => {
  assert.deepEqual(await nextTime(chainAt(0), () => 5_015), { timestampMs: 5_015, slot: 250 })
})

test('a block in its parent’s slot waits for the next slot instead of running ahead', async () => {
  const start = performance.now()
  const now = () => 30_000 + performance.now() - start
  const { timestampMs, slot } = await nextTime(chainAt(30_000, 300), now)
  assert.ok(slot > 100)
  assert.ok(timestampMs >= 30_300)
  // Timers may fire a millisecond early.
  assert.ok(now() >= 30_299, 'the wall clock has come to the slot')
})

test('a wall clock that was set back stops nobody: the time goes on by one slot', async () => {
  const anHour = 3_600_000
  assert.deepEqual(await nextTime(chainAt(2 * anHour + 7), () => anHour), {
    timestampMs: 2 * anHour + SLOT_MS,
    slot: (2 * anHour) / SLOT_MS + 1,
  })
})
