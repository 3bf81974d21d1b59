import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { ConnectionLost, UnexpectedShape } from './errors.ts'
import { follow } from './follow.ts'
import type { Heads, Watcher } from './heads.ts'
import type { Block, Hex } from './types.ts'

const hashOf = (height: number): Hex => `0x${height}`
const blockAt = (height: number): Block => ({
  height,
  hash: hashOf(height),
  parentHash: hashOf(height - 1),
  timestampMs: 0,
  transactionVersion: 1,
  extrinsics: [],
  events: [],
})
const lost = () => new ConnectionLost('ws://here', { what: 'it ended', remedy: '' })

/** A chain whose head the test moves and whose blocks it answers with. */
function createChain(block: (height: number) => Promise<Block>) {
  const watchers = new Set<Watcher>()
  const heads: Pick<Heads, 'watch'> = {
    watch(watcher) {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
  }
  let closedBy: Error | null = null
  return {
    watchers,
    moveTo: (height: number) =>
      watchers.forEach(({ onHead }) => onHead({ height, hash: hashOf(height) })),
    close(error: Error) {
      closedBy = error
      watchers.forEach(({ onEnd }) => onEnd?.(error))
    },
    follow: (from: number, signal?: AbortSignal) =>
      follow({ rpc: { closedBy: () => closedBy }, heads, block, from, signal }),
  }
}

/** Takes as many blocks as this. */
async function take(blocks: AsyncIterable<Block>, count: number): Promise<number[]> {
  const heights: number[] = []
  for await (const { height } of blocks) {
    heights.push(height)
    if (heights.length === count) break
  }
  return heights
}

test('blocks come in order whatever order they are answered in, several being asked for at once', async () => {
  const asked: number[] = []
  const chain = createChain(async (height) => {
    asked.push(height)
    for (let turns = height % 3; turns > 0; turns--) await turn()
    return blockAt(height)
  })
  const taking = take(chain.follow(5), 16)
  await turn()
  chain.moveTo(12)
  await turn()
  assert.deepEqual(asked, [5, 6, 7, 8, 9, 10, 11, 12])
  chain.moveTo(30)
  assert.deepEqual(
    await taking,
    Array.from({ length: 16 }, (_, index) => index + 5),
  )
  assert.equal(chain.watchers.size, 0, 'it stops watching when nobody takes more')
})

test('a block whose answer was lost is asked for again, and none is left out', async () => {
  const failures = new Set([2, 3, 7])
  const chain = createChain(async (height) => {
    await turn()
    if (failures.delete(height)) throw lost()
    return blockAt(height)
  })
  const taking = take(chain.follow(1), 10)
  await turn()
  chain.moveTo(10)
  assert.deepEqual(await taking, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  assert.equal(failures.size, 0)
})

test('blocks that are not one chain end it with an error', async () => {
  const chain = createChain((height) =>
    Promise.resolve(height === 3 ? { ...blockAt(3), parentHash: '0xff' } : blockAt(height)),
  )
  const taking = take(chain.follow(1), 5)
  const failed = assert.rejects(
    taking,
    (error) => error instanceof UnexpectedShape && error.path === 'block 3.parentHash',
  )
  await turn()
  chain.moveTo(5)
  await failed
})

test('a stop ends it without an error, while it waits for a head or for a block', async () => {
  const never = createChain(() => new Promise(() => {}))
  const waitingForHead = new AbortController()
  const forHead = take(never.follow(1, waitingForHead.signal), 1)
  const waitingForBlock = new AbortController()
  const chain = createChain(() => new Promise(() => {}))
  const forBlock = take(chain.follow(1, waitingForBlock.signal), 1)
  await turn()
  chain.moveTo(1)
  await turn()
  waitingForHead.abort()
  waitingForBlock.abort()
  assert.deepEqual(await Promise.all([forHead, forBlock]), [[], []])
  assert.deepEqual(await take(chain.follow(1, AbortSignal.abort()), 1), [])
})

test('a connection that ended for good ends it with the reason', async () => {
  const reason = new Error('another chain')
  const waiting = createChain((height) => Promise.resolve(blockAt(height)))
  const failed = assert.rejects(take(waiting.follow(1), 2), reason)
  await turn()
  waiting.moveTo(1)
  await turn()
  waiting.close(reason)
  await failed
})
