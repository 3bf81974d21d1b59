import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import type { ChainEvent } from '@covenant/chain-client'
import { HEAD_CHANNEL } from '@covenant/schema/db'
import { startTestPostgres, type TestPostgres } from '@covenant/schema/testing'
import { commit } from './commit.ts'
import { openRows, type TestRows } from './testing/rows.ts'
import { ALICE, block, decodeCall, event, FIRST_MS, hashOf } from './testing/story.ts'

let postgres: TestPostgres
let rows: TestRows
before(async () => {
  postgres = await startTestPostgres()
})
after(() => postgres.stop())
beforeEach(async () => {
  rows = await openRows(postgres)
})
afterEach(() => rows.close())

const other = (data: ChainEvent['data'], index = 0): ChainEvent =>
  ({
    type: 'other',
    pallet: 'system',
    name: 'Remarked',
    index,
    extrinsicIndex: null,
    data,
  }) as ChainEvent

test('blocks, events and head are written together', async () => {
  const head = await rows.commit(block(0), block(1, [event('nodes.NodeRegistered')]), block(2))
  assert.deepEqual(head, {
    genesisHash: hashOf(0),
    height: 2,
    hash: hashOf(2),
    timestampMs: FIRST_MS + 6_000,
    chainMs: FIRST_MS + 6_000,
    transactionVersion: 1,
    finalizedHeight: 2,
  })
  assert.deepEqual(await rows.one('SELECT * FROM head'), {
    single: true,
    genesis_hash: hashOf(0),
    height: 2,
    hash: hashOf(2),
    timestamp_ms: FIRST_MS + 6_000,
    chain_ms: FIRST_MS + 6_000,
    finalized_height: 2,
    transaction_version: 1,
  })
  assert.deepEqual(await rows.all('SELECT height, hash, chain_ms FROM blocks ORDER BY height'), [
    { height: 0, hash: hashOf(0), chain_ms: 0 },
    { height: 1, hash: hashOf(1), chain_ms: FIRST_MS },
    { height: 2, hash: hashOf(2), chain_ms: FIRST_MS + 6_000 },
  ])
})

test('events are kept as they were, amounts as decimal strings', async () => {
  await rows.happen(event('contracts.BodyNoted', { deposit: 2n ** 127n }), other(['x', null, 5], 1))
  assert.deepEqual(
    await rows.all(
      'SELECT index, extrinsic_index, pallet, name, data, accounts FROM events ORDER BY index',
    ),
    [
      {
        index: 0,
        extrinsic_index: 1,
        pallet: 'contracts',
        name: 'BodyNoted',
        data: {
          hash: `0x${'0b'.repeat(32)}`,
          who: ALICE,
          bytes: '0x7b7d',
          deposit: String(2n ** 127n),
        },
        accounts: [ALICE],
      },
      {
        index: 1,
        extrinsic_index: null,
        pallet: 'system',
        name: 'Remarked',
        data: ['x', null, 5],
        accounts: [],
      },
    ],
  )
})

test('text that Postgres cannot hold stops nobody', async () => {
  await rows.happen(other({ text: 'a\0b', quoted: '\\u0000' }))
  const { data } = await rows.one('SELECT data FROM events')
  assert.deepEqual(data, { text: 'a\ufffdb', quoted: '\\u0000' })
})

test('the finalised height is the one that is known, beyond the head or before it', async () => {
  const options = { pool: rows.pool, decodeCall }
  const finalized = () => rows.one('SELECT height, finalized_height FROM head')
  const blocks = [block(0), block(1)]
  const head = await commit({ ...options, from: null, blocks, finalizedHeight: 9 })
  assert.deepEqual(await finalized(), { height: 1, finalized_height: 9 })
  const open = { from: head, blocks: [block(2), block(3)], finalizedHeight: 2 }
  const from = await commit({ ...options, ...open })
  assert.deepEqual(await finalized(), { height: 3, finalized_height: 2 })
  await commit({ ...options, from, blocks: [], finalizedHeight: 3 })
  assert.deepEqual(await finalized(), { height: 3, finalized_height: 3 })
})

test('only blocks that are not final can be undone, and only until they are', async () => {
  const options = { pool: rows.pool, decodeCall }
  const noted = async () =>
    (await rows.all('SELECT DISTINCT height FROM undo ORDER BY 1')).map(({ height }) => height)
  const from = await rows.commit(block(0), block(1, [event('nodes.NodeRegistered')]))
  assert.deepEqual(await noted(), [])
  const blocks = [2, 3, 4, 5].map((height) => block(height, [event('nodes.Heartbeat')]))
  let head = await commit({ ...options, from, blocks, finalizedHeight: 2 })
  assert.deepEqual(await noted(), [3, 4, 5])
  head = await commit({ ...options, from: head, blocks: [], finalizedHeight: 4 })
  assert.deepEqual(await noted(), [5])
  await assert.rejects(
    commit({ ...options, from: head, ancestor: 3, blocks: [], finalizedHeight: 4 }),
    { name: 'Inconsistent', message: /goes on from block 3, and block 4 was final.*--fresh/ },
  )
  assert.deepEqual(await noted(), [5])
})

test('another branch takes the place of what it leaves in one step, and its head is checked like any', async () => {
  const options = { pool: rows.pool, decodeCall, finalizedHeight: 1 }
  const from = await rows.commit(block(0), block(1, [event('nodes.NodeRegistered')]))
  const first = [block(2, [event('nodes.Heartbeat')]), block(3)]
  const head = await commit({ ...options, from, blocks: first })
  const other = [2, 3].map((height) =>
    block(height, [], {
      hash: hashOf(height, 'b'),
      parentHash: height === 2 ? hashOf(1) : hashOf(2, 'b'),
    }),
  )
  const stale = { ...head, hash: hashOf(3, 'c') }
  const advance = { ...options, ancestor: 1, blocks: other }
  await assert.rejects(commit({ ...advance, from: stale }), { name: 'SecondWriter' })
  await commit({ ...advance, from: head })
  assert.deepEqual(await rows.all('SELECT hash FROM blocks ORDER BY height'), [
    { hash: hashOf(0) },
    { hash: hashOf(1) },
    { hash: hashOf(2, 'b') },
    { hash: hashOf(3, 'b') },
  ])
  const node = await rows.one('SELECT live, last_seen, changed_height FROM nodes')
  assert.deepEqual(node, { live: 0, last_seen: null, changed_height: 1 })
})

test('the head knows the transaction version of the runtime that made its block', async () => {
  const options = { pool: rows.pool, decodeCall, finalizedHeight: 9 }
  const version = () => rows.one('SELECT transaction_version FROM head')
  const upgraded = block(2, [], { transactionVersion: 2 })
  const head = await commit({ ...options, from: null, blocks: [block(0), block(1), upgraded] })
  assert.deepEqual(await version(), { transaction_version: 2 })
  await commit({ ...options, from: head, blocks: [block(3, [], { transactionVersion: 3 })] })
  assert.deepEqual(await version(), { transaction_version: 3 })
})

test('listeners are told of the head when it can be read', async () => {
  const client = await rows.pool.connect()
  const told = new Promise<string>((resolve) => {
    client.on('notification', ({ payload }) => resolve(payload ?? ''))
  })
  await client.query(`LISTEN ${HEAD_CHANNEL}`)
  await rows.commit(block(0), block(1))
  assert.equal(await told, '1')
  client.release(true)
})

const broken: [string, () => ReturnType<typeof block>[], RegExp][] = [
  ['a gap', () => [block(2), block(4)], /block 4 came where block 3 was due/],
  ['a block that is there already', () => [block(1)], /block 1 came where block 2 was due/],
  [
    'another parent',
    () => [block(2, [], { parentHash: hashOf(1, 'b') })],
    /block 2 has the parent 0x62/,
  ],
  [
    'another parent within a batch',
    () => [block(2), block(3, [], { parentHash: hashOf(2, 'b') })],
    /block 3 has/,
  ],
]
for (const [name, blocks, message] of broken) {
  test(`${name} stops the indexer and writes nothing`, async () => {
    await rows.commit(block(0), block(1))
    await assert.rejects(rows.commit(...blocks()), { name: 'Inconsistent', message })
    assert.equal((await rows.one('SELECT height FROM head'))['height'], 1)
    assert.equal((await rows.all('SELECT FROM blocks')).length, 2)
    await rows.commit(block(2))
  })
}

test('a batch that fails in its last event leaves nothing of its first', async () => {
  await rows.commit(block(0))
  const blocks = [
    block(1, [event('nodes.NodeRegistered')]),
    block(2, [event('nodes.Served', { node: 9 })]),
  ]
  await assert.rejects(rows.commit(...blocks), { name: 'Inconsistent' })
  assert.deepEqual(await rows.all('SELECT id FROM nodes'), [])
  assert.deepEqual(await rows.all('SELECT height FROM events'), [])
  assert.deepEqual(await rows.all('SELECT height FROM blocks'), [{ height: 0 }])
})

test('of two writers at one head, one succeeds and the other fails loudly', async () => {
  const options = { pool: rows.pool, decodeCall, finalizedHeight: 9 }
  const from = await rows.commit(block(0), block(1))
  const next = (text: string) => [block(2, [other({ text })])]
  const results = await Promise.allSettled([
    commit({ ...options, from, blocks: next('one') }),
    commit({ ...options, from, blocks: next('two') }),
  ])
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  const failed = results.find((result) => result.status === 'rejected')
  assert.match(String(failed?.reason), /^SecondWriter: the head is not at block 1 /)
  assert.equal((await rows.all('SELECT FROM events')).length, 1)
})

test('of two writers into an empty database, one succeeds', async () => {
  const options = {
    pool: rows.pool,
    decodeCall,
    finalizedHeight: 9,
    from: null,
    blocks: [block(0)],
  }
  const results = await Promise.allSettled([commit(options), commit(options)])
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  assert.equal((await rows.all('SELECT FROM head')).length, 1)
})

test('a writer whose head has another hash fails', async () => {
  const from = await rows.commit(block(0), block(1))
  await assert.rejects(
    commit({
      pool: rows.pool,
      decodeCall,
      finalizedHeight: 9,
      from: { ...from, hash: hashOf(1, 'b') },
      blocks: [block(2, [], { parentHash: hashOf(1, 'b') })],
    }),
    { name: 'SecondWriter' },
  )
})
