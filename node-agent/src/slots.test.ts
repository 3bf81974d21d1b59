import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'node:test'
import { createSlots } from './slots.ts'

test('no more are inside at once than there are slots, and they enter in the order they came', async () => {
  const slots = createSlots(2)
  const entered: number[] = []
  let inside = 0
  let most = 0
  const visit = async (number: number) => {
    const leave = await slots.enter()
    entered.push(number)
    inside += 1
    most = Math.max(most, inside)
    await setImmediate()
    inside -= 1
    leave()
  }
  await Promise.all([1, 2, 3, 4, 5, 6, 7].map(visit))
  assert.equal(most, 2)
  assert.deepEqual(entered, [1, 2, 3, 4, 5, 6, 7])
})

test('who leaves twice makes room for one', async () => {
  const slots = createSlots(1)
  const leave = await slots.enter()
  leave()
  leave()
  await slots.enter()
  let isInside = false
  void slots.enter().then(() => (isInside = true))
  await setImmediate()
  assert.equal(isInside, false)
})

test('a task makes room for the next when it is done, and when it has failed', async () => {
  const slots = createSlots(1)
  await assert.rejects(
    slots.run(() => Promise.reject(new Error('it failed'))),
    /it failed/,
  )
  assert.equal(await slots.run(async () => 'done'), 'done')
})
