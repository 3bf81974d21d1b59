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

test('the finalised height is the one that is known, and never below the head', async () => {
  const options = { pool: rows.pool, decodeCall }
  const finalized = () => rows.one('SELECT finalized_height FROM head')
  const head = await commit({
    ...options,
    from: null,
    blocks: [block(0), block(1)],
    finalizedHeight: 9,
  })
  assert.deepEqual(await finalized(), { finalized_height: 9 })
  await commit({ ...options, from: head, blocks: [block(2)], finalizedHeight: 0 })
  assert.deepEqual(await finalized(), { finalized_height: 2 })
})

test('the head knows the transaction version of the runtime that made its block', async () => {
  const options = { pool: rows.pool, decodeCall, finalizedHeight: 0 }
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
  const options = { pool: rows.pool, decodeCall, finalizedHeight: 0 }
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
    finalizedHeight: 0,
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
      finalizedHeight: 0,
      from: { ...from, hash: hashOf(1, 'b') },
      blocks: [block(2, [], { parentHash: hashOf(1, 'b') })],
    }),
    { name: 'SecondWriter' },
  )
})
