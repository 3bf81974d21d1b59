import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hex } from '@covenant/schema/hash'
import type { BuiltBlock } from './block-builder.ts'
import type { Chain } from './chain.ts'
import { createPool, type Pool, type TransactionStatus } from './pool.ts'
import { encodeBytes, encodeCompact, encodeU64, toHex } from './scale.ts'

/** A transaction as the runtime below reads it. */
type Plan = { account: number; nonce: number; priority?: number; longevity?: number; salt?: number }

const encodePlan = ({ account, nonce, priority = 1, longevity = 64, salt = 0 }: Plan): Hex =>
  toHex(encodeBytes(Buffer.from([account, nonce, priority, longevity, salt])))

/** As the runtime encodes a tag: bytes behind their length. */
const tag = (account: number, nonce: number) => encodeBytes(Buffer.from([account, nonce]))

/**
 * A chain whose runtime knows accounts and their nonces, and nothing else. Real ones judge the
 * same way; here blocks and time go on only when a test says so.
 */
function createWorld({ maxTransactions = 100 } = {}) {
  const nonces = new Map<number, number>()
  let number = 1
  let clockMs = 0
  let validating = Promise.resolve()
  const hash = (): Hex => `0x${number.toString(16).padStart(64, '0')}`
  const head = () => ({ number, hash: hash(), parentHash: hash(), header: '0x' as Hex })

  const judge = (argument: Hex): Hex => {
    const [account, nonce, priority, longevity] = Buffer.from(argument.slice(6), 'hex')
    const next = nonces.get(account!) ?? 0
    if (nonce! < next) return '0x010003'
    if (account === 255) return '0x010001'
    if (account === 254) return '0x010100'
    const requires = nonce! > next ? [tag(account!, nonce! - 1)] : []
    return toHex(
      Buffer.concat([
        Buffer.from([0]),
        encodeU64(priority!),
        encodeCompact(requires.length),
        ...requires,
        encodeCompact(1),
        tag(account!, nonce!),
        encodeU64(longevity!),
        Buffer.from([1]),
      ]),
    )
  }
  const chain: Pick<Chain, 'head' | 'call'> = {
    head,
    call: async (_block, _method, argument) => {
      const answer = judge(argument)
      await validating
      return answer
    },
  }
  const pool = createPool({ chain, maxTransactions, now: () => clockMs })

  /** Builds a block of what is ready; `refusal` is the fate of the one after `included`. */
  const build = (included = Infinity, refusal?: BuiltBlock['refusal']) => {
    const tried = pool.ready()
    const count = Math.min(included, tried.length)
    for (const { extrinsic } of tried.slice(0, count)) {
      const [account, nonce] = Buffer.from(extrinsic.slice(4), 'hex')
      nonces.set(account!, nonce! + 1)
    }
    number++
    const block = { ...head(), extrinsics: [], changes: new Map() }
    pool.settle(tried, { block, included: count, ...(refusal && { refusal }) })
    return tried.length
  }
  return {
    pool,
    build,
    hash,
    passTime: (milliseconds: number) => (clockMs += milliseconds),
    holdValidation: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      validating = promise
      return resolve
    },
  }
}

/** Submits and returns all that its watcher hears, in a list that grows. */
async function watch(pool: Pool, plan: Plan): Promise<TransactionStatus[]> {
  const statuses: TransactionStatus[] = []
  await pool.submit(encodePlan(plan), (status) => statuses.push(status))
  return statuses
}

const plansOf = (pool: Pool) =>
  pool.ready().map(({ extrinsic }) => [...Buffer.from(extrinsic.slice(4), 'hex')].slice(0, 2))

test('what one account sends in any order gets in, in the order of its nonces', async () => {
  const { pool, build } = createWorld()
  for (const nonce of [3, 0, 4, 2, 1]) await watch(pool, { account: 1, nonce })
  assert.deepEqual(
    plansOf(pool),
    [0, 1, 2, 3, 4].map((nonce) => [1, nonce]),
  )
  build()
  assert.deepEqual(pool.pending(), [])
})

test('one whose turn has not come waits, and is ready when it has', async () => {
  const { pool, build, hash } = createWorld()
  const second = await watch(pool, { account: 1, nonce: 1 })
  assert.deepEqual(second, ['future'])
  assert.equal(build(), 0)
  const first = await watch(pool, { account: 1, nonce: 0 })
  assert.deepEqual(second, ['future', 'ready'])
  build()
  const end = [{ inBlock: hash() }, { finalized: hash() }]
  assert.deepEqual(first, ['ready', ...end])
  assert.deepEqual(second, ['future', 'ready', ...end])
})

test('what follows a transaction that is in a block already can be in the next', async () => {
  const { pool, build } = createWorld()
  for (const nonce of [0, 1, 2]) await watch(pool, { account: 1, nonce })
  build(1)
  assert.deepEqual(plansOf(pool), [
    [1, 1],
    [1, 2],
  ])
})

test('a better priority goes first, and the order of arrival decides among equals', async () => {
  const { pool } = createWorld()
  await watch(pool, { account: 1, nonce: 0 })
  await watch(pool, { account: 2, nonce: 0, priority: 9 })
  await watch(pool, { account: 3, nonce: 0 })
  await watch(pool, { account: 1, nonce: 1, priority: 9 })
  assert.deepEqual(plansOf(pool), [
    [2, 0],
    [1, 0],
    [1, 1],
    [3, 0],
  ])
  assert.equal(pool.ready(2).length, 2)
})

test('one that pays more takes the place of another with its nonce; one that pays as much does not', async () => {
  const { pool } = createWorld()
  const first = await watch(pool, { account: 1, nonce: 0, priority: 5 })
  await assert.rejects(watch(pool, { account: 1, nonce: 0, priority: 5, salt: 1 }), { code: 1014 })
  const better = encodePlan({ account: 1, nonce: 0, priority: 6 })
  const hash = await pool.submit(better)
  assert.deepEqual(first, ['ready', { usurped: hash }])
  assert.deepEqual(pool.pending(), [better])
})

test('a transaction is refused with Substrate’s codes', async () => {
  const { pool, build } = createWorld()
  await watch(pool, { account: 1, nonce: 0 })
  const refusals: [Plan, number, RegExp][] = [
    [{ account: 1, nonce: 0 }, 1013, /0x/],
    [{ account: 255, nonce: 0 }, 1010, /Inability to pay/],
    [{ account: 254, nonce: 0 }, 1011, /Could not lookup/],
  ]
  for (const [plan, code, data] of refusals) {
    await assert.rejects(watch(pool, plan), { name: 'RpcError', code, data })
  }
  build()
  await assert.rejects(watch(pool, { account: 1, nonce: 0 }), { code: 1010, data: /outdated/ })
  await assert.rejects(pool.submit('0x0c01'), { code: 1001 })
  await assert.rejects(pool.submit('0x040102'), { code: 1001 })
})

test('one that a block refuses is invalid, and what depends on it waits again', async () => {
  const { pool, build } = createWorld()
  const first = await watch(pool, { account: 1, nonce: 0 })
  const second = await watch(pool, { account: 1, nonce: 1 })
  build(0, { kind: 'invalid', reason: 'Payment', message: '' })
  assert.deepEqual(first, ['ready', 'invalid'])
  assert.deepEqual(second, ['ready', 'future'])
})

test('one that finds the block full goes into the next, unless it is too big for any', async () => {
  const { pool, build, hash } = createWorld()
  const full = { kind: 'invalid', reason: 'ExhaustsResources', message: '' } as const
  const first = await watch(pool, { account: 1, nonce: 0 })
  const second = await watch(pool, { account: 2, nonce: 0 })
  build(1, full)
  assert.deepEqual(first.at(-1), { finalized: hash() })
  assert.deepEqual(second, ['ready'])
  build(0, full)
  assert.deepEqual(second, ['ready', 'invalid'])
})

test('a future one is dropped when its turn has not come for ten minutes', async () => {
  const { pool, build, passTime } = createWorld()
  const statuses = await watch(pool, { account: 1, nonce: 7, longevity: 255 })
  passTime(10 * 60_000)
  build()
  assert.deepEqual(statuses, ['future'])
  passTime(1)
  build()
  assert.deepEqual(statuses, ['future', 'dropped'])
})

test('one that was not built in until its era ended is invalid', async () => {
  const { pool, build } = createWorld()
  const statuses = await watch(pool, { account: 1, nonce: 7, longevity: 2 })
  build()
  build()
  assert.deepEqual(statuses, ['future'])
  build()
  assert.deepEqual(statuses, ['future', 'invalid'])
})

test('one that was judged while its predecessor went into a block does not wait for it', async () => {
  const { pool, build, holdValidation } = createWorld()
  await watch(pool, { account: 1, nonce: 0 })
  const release = holdValidation()
  const submitting = watch(pool, { account: 1, nonce: 1 })
  // The judgement was made before this block, and arrives after it.
  await new Promise(setImmediate)
  build()
  release()
  assert.deepEqual(await submitting, ['ready'])
})

test('one that was judged while its own nonce went into a block is refused', async () => {
  const { pool, build, holdValidation } = createWorld()
  await watch(pool, { account: 1, nonce: 0 })
  const release = holdValidation()
  const submitting = watch(pool, { account: 1, nonce: 0, priority: 9 })
  await new Promise(setImmediate)
  build()
  release()
  await assert.rejects(submitting, { code: 1010, data: /outdated/ })
})

test('only what can be in the next block provides its tags', async () => {
  const { pool } = createWorld()
  await watch(pool, { account: 1, nonce: 1 })
  assert.equal(pool.provides(Buffer.from([1, 1])), false)
  await watch(pool, { account: 1, nonce: 0 })
  assert.equal(pool.provides(Buffer.from([1, 1])), true)
})

test('a full pool takes no more of the same worth, but lets a better one take its rival’s place', async () => {
  const { pool } = createWorld({ maxTransactions: 2 })
  await watch(pool, { account: 1, nonce: 0 })
  await watch(pool, { account: 2, nonce: 0 })
  await assert.rejects(watch(pool, { account: 3, nonce: 0 }), { code: 1016 })
  assert.deepEqual(await watch(pool, { account: 2, nonce: 0, priority: 9 }), ['ready'])
})

test('a full pool drops the latest of what is worth least for what is worth more', async () => {
  const { pool } = createWorld({ maxTransactions: 3 })
  const early = await watch(pool, { account: 1, nonce: 0 })
  const late = await watch(pool, { account: 2, nonce: 0 })
  const better = await watch(pool, { account: 3, nonce: 0, priority: 5 })
  await watch(pool, { account: 4, nonce: 0, priority: 9 })
  assert.deepEqual([early, late, better], [['ready'], ['ready', 'dropped'], ['ready']])
  await watch(pool, { account: 5, nonce: 0, priority: 6 })
  assert.deepEqual([early, better], [['ready', 'dropped'], ['ready']])
  // What is worth no more than all that is there does not get in.
  await assert.rejects(watch(pool, { account: 6, nonce: 0, priority: 5 }), { code: 1016 })
})

test('of the same priority, what lives shorter goes first', async () => {
  const { pool } = createWorld()
  await watch(pool, { account: 1, nonce: 0, priority: 9 })
  await watch(pool, { account: 2, nonce: 0, priority: 9, longevity: 16 })
  assert.deepEqual(plansOf(pool), [
    [2, 0],
    [1, 0],
  ])
})

test('whoever no longer watches hears nothing more', async () => {
  const { pool, build } = createWorld()
  const statuses: TransactionStatus[] = []
  const listener = (status: TransactionStatus) => statuses.push(status)
  const hash = await pool.submit(encodePlan({ account: 1, nonce: 0 }), listener)
  pool.unwatch(hash, listener)
  build()
  assert.deepEqual(statuses, ['ready'])
})
