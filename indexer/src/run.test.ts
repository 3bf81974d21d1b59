import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Database, openDatabase } from '@covenant/schema/db'
import { startTestPostgres, type TestPostgres } from '@covenant/schema/testing'
import { indexUntil } from './index-until.ts'
import { runIndexer } from './run.ts'
import { type Head, readHead } from './stores/head.ts'
import { SILENT, startTestChain, type TestChain } from './testing/chain.ts'
import { playBeginning, playEnd } from './testing/everything.ts'
import { tablesUpTo } from './testing/tables.ts'
import { storageFromRows, storageOf } from './testing/storage.ts'
import { hashOf } from './testing/story.ts'

let postgres: TestPostgres
let world: TestChain
before(async () => {
  postgres = await startTestPostgres()
  world = await startTestChain()
})
after(async () => {
  await world.stop()
  await postgres.stop()
})

async function newDatabase(): Promise<Database> {
  return openDatabase(await postgres.createDatabase(), { pipeline: true })
}

/** Runs an indexer until it has written the block `height`, then stops it. */
async function comeTo(db: Database, height: number): Promise<Head> {
  const head = await readHead(db.pool)
  if (head !== null && head.height >= height) return head
  const { signal } = new AbortController()
  return indexUntil(height, { chain: world.chain, pool: db.pool, log: SILENT, signal })
}

test('after a story of all calls, every row equals the chain’s storage, however the blocks came', async () => {
  const live = await newDatabase()
  const stop = new AbortController()
  const running = runIndexer({
    chain: world.chain,
    pool: live.pool,
    log: SILENT,
    signal: stop.signal,
  })
  await playBeginning(world)

  // One that is stopped in the middle and goes on later.
  const resumed = await newDatabase()
  const middle = await world.chain.finalizedHead()
  await comeTo(resumed, middle.height)

  await playEnd(world)
  const end = await world.chain.finalizedHead()
  stop.abort()
  await running
  await comeTo(live, end.height)
  await comeTo(resumed, end.height)
  // One that reads all of it in batches.
  const backfilled = await newDatabase()
  await comeTo(backfilled, end.height)

  const { rows: events } = await live.pool.query<{ name: string }>(
    `SELECT DISTINCT pallet || '.' || name AS name FROM events WHERE pallet IN ('groups', 'nodes', 'contracts', 'validators') ORDER BY 1`,
  )
  assert.deepEqual(
    events.map(({ name }) => name),
    [
      'contracts.Accepted',
      'contracts.BodyDropped',
      'contracts.BodyNoted',
      'contracts.BodyRemoved',
      'contracts.Closed',
      'contracts.Created',
      'contracts.Declined',
      'contracts.Reported',
      'contracts.Settled',
      'contracts.ToppedUp',
      'contracts.UpdateDropped',
      'contracts.UpdateOffered',
      'groups.GroupCreated',
      'groups.GroupDissolved',
      'groups.MembersSet',
      'groups.ProposalClosed',
      'groups.Proposed',
      'groups.Voted',
      'nodes.AgentRotated',
      'nodes.Announced',
      'nodes.Heartbeat',
      'nodes.NodeRegistered',
      'nodes.NodeRemoved',
      'nodes.NodeStateSet',
      'nodes.NodeUpdated',
      'nodes.Served',
      'validators.ValidatorsSet',
    ],
  )

  const { rows: hashes } = await live.pool.query<{ hash: string }>(
    'SELECT hash FROM bodies ORDER BY hash',
  )
  const bodies = hashes.map(({ hash }) => hash)
  for (const db of [live, resumed, backfilled]) {
    const head = await readHead(db.pool)
    assert.ok(head && head.height >= end.height)
    const storage = await storageOf(world.chain, head.hash, bodies)
    assert.deepEqual(await storageFromRows(db.pool, bodies), storage)
  }
  const expected = await tablesUpTo(backfilled, end.height)
  assert.deepEqual(await tablesUpTo(live, end.height), expected)
  assert.deepEqual(await tablesUpTo(resumed, end.height), expected)
  for (const db of [live, resumed, backfilled]) await db.close()
})

test('rows of another chain are refused before anything is written', async () => {
  const db = await newDatabase()
  const { height } = await world.chain.finalizedHead()
  await comeTo(db, height)
  await db.pool.query('UPDATE head SET genesis_hash = $1', [hashOf(0)])
  const head = await readHead(db.pool)
  const { signal } = new AbortController()
  const options = { chain: world.chain, pool: db.pool, log: SILENT, signal }
  await assert.rejects(runIndexer(options), {
    name: 'AnotherChain',
    message: /the rows are of the chain 0x6100.*--fresh.*DATABASE_URL/,
  })
  assert.deepEqual(await readHead(db.pool), head)
  await db.close()
})

test('rows of another course of the same chain are refused', async () => {
  const db = await newDatabase()
  await comeTo(db, 1)
  await db.pool.query('UPDATE head SET hash = $1', [hashOf(1, 'b')])
  const { signal } = new AbortController()
  const options = { chain: world.chain, pool: db.pool, log: SILENT, signal }
  await assert.rejects(runIndexer(options), {
    name: 'AnotherChain',
    message: /the rows end with block/,
  })
  await db.close()
})

test('a chain that is behind the rows is waited for, and compared when it is there', async () => {
  const db = await newDatabase()
  const { chain } = world
  const { height } = await comeTo(db, (await chain.finalizedHead()).height)
  await db.pool.query('UPDATE head SET height = height + 2')
  const warned = Promise.withResolvers<void>()
  const log = { ...SILENT, warn: () => warned.resolve() }
  const { signal } = new AbortController()
  const running = runIndexer({ chain, pool: db.pool, log, signal })
  const refused = assert.rejects(running, {
    name: 'AnotherChain',
    message: new RegExp(`the rows end with block ${height + 2} `),
  })
  await warned.promise
  await world.pass(180)
  await refused
  await db.close()
})

test('of two indexers on one database, one stops loudly and the other goes on', async () => {
  const db = await newDatabase()
  const stop = new AbortController()
  const options = { chain: world.chain, pool: db.pool, log: SILENT, signal: stop.signal }
  const pair = [runIndexer(options), runIndexer(options)]
  const outcomes = pair.map((one) => one.then(() => 'stopped', String))
  while ((await Promise.race([...outcomes, world.pass(60)])) === undefined);
  stop.abort()
  const [first, second] = (await Promise.all(outcomes)).toSorted()
  assert.match(first ?? '', /^SecondWriter: .*another indexer writes to this database/)
  assert.equal(second, 'stopped')
  await db.close()
})
