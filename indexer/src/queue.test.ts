import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createQueue } from './queue.ts'

test('whoever takes gets all that is there, in order', async () => {
  const queue = createQueue<number>(10)
  for (const item of [1, 2, 3]) await queue.put(item)
  assert.deepEqual(await queue.takeAll(), [1, 2, 3])
})

test('an empty queue is waited for', async () => {
  const queue = createQueue<number>(10)
  const taken = queue.takeAll()
  await queue.put(1)
  assert.deepEqual(await taken, [1])
})

test('a full queue is waited for', async () => {
  const queue = createQueue<number>(2)
  await queue.put(1)
  await queue.put(2)
  let isIn = false
  const third = queue.put(3).then(() => (isIn = true))
  await new Promise(setImmediate)
  assert.ok(!isIn)
  assert.deepEqual(await queue.takeAll(), [1, 2])
  await third
  assert.deepEqual(await queue.takeAll(), [3])
})

test('after the end what is there can be taken, then nothing, and nobody waits', async () => {
  const queue = createQueue<number>(1)
  await queue.put(1)
  const late = queue.put(2)
  queue.end()
  await late
  assert.deepEqual(await queue.takeAll(), [1])
  assert.equal(await queue.takeAll(), null)
  const waiting = createQueue<number>(1)
  const taken = waiting.takeAll()
  waiting.end()
  assert.equal(await taken, null)
})
