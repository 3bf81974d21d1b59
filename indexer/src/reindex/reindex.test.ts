import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Database, openDatabase } from '@covenant/schema/db'
import { startTestPostgres, type TestPostgres } from '@covenant/schema/testing'
import { readHead } from '../stores/head.ts'
import { indexAll, SILENT, startTestChain, type TestChain } from '../testing/chain.ts'
import { playBeginning, playEnd } from '../testing/everything.ts'
import { tablesUpTo } from '../testing/tables.ts'
import { AlreadyReindexing, reindex } from './reindex.ts'

const MIRROR = `SELECT height,
  (SELECT count(*) FROM blocks) AS blocks,
  (SELECT count(*) FROM events) AS events,
  (SELECT count(*) FROM contracts) AS contracts,
  (SELECT count(*) FROM nodes WHERE region = 'wrong') AS wrong
FROM head`
type Reading = Record<'height' | 'blocks' | 'events' | 'contracts' | 'wrong', number>

let postgres: TestPostgres
let world: TestChain
before(async () => {
  postgres = await startTestPostgres()
  world = await startTestChain()
  await playBeginning(world)
  await playEnd(world)
})
after(async () => {
  await world.stop()
  await postgres.stop()
})

/** A database with all rows up to the chain's end, one of them wrong. */
async function openWrong(): Promise<{ url: string; db: Database; height: number }> {
  const url = await postgres.createDatabase()
  const db = openDatabase(url, { pipeline: true })
  const { height } = await world.chain.finalizedHead()
  await indexAll(world, db)
  await db.pool.query("UPDATE nodes SET region = 'wrong' WHERE id = 1")
  return { url, db, height }
}

const never = new AbortController().signal
const again = (url: string, signal = never) =>
  reindex({ chain: world.chain, url, log: SILENT, signal })

const schemas = async ({ pool }: Database) =>
  (await pool.query("SELECT 1 FROM pg_namespace WHERE nspname LIKE 'covenant%'")).rows.length

test('while the chain is indexed anew whoever reads sees all of one index or all of the other', async () => {
  const { url, db, height } = await openWrong()
  const right = openDatabase(await postgres.createDatabase(), { pipeline: true })
  const before = (await db.pool.query<Reading>(MIRROR)).rows[0]!
  assert.deepEqual([before.height, before.wrong], [height, 1])

  const seen = new Set<string>()
  const over = new AbortController()
  const reading = (async () => {
    while (!over.signal.aborted) seen.add(JSON.stringify((await db.pool.query(MIRROR)).rows))
  })()
  const head = await again(url)
  over.abort()
  await reading
  const now = (await db.pool.query<Reading>(MIRROR)).rows[0]!
  assert.deepEqual([head.height, now], [height, { ...before, wrong: 0 }])
  seen.add(JSON.stringify([now]))
  assert.deepEqual(seen, new Set([JSON.stringify([before]), JSON.stringify([now])]))
  assert.equal(await schemas(db), 0)

  await indexAll(world, right)
  assert.deepEqual(await tablesUpTo(db, height), await tablesUpTo(right, height))
  await db.close()
  await right.close()
})

test('an indexer that runs meanwhile goes on with the new rows', async () => {
  const { url, db } = await openWrong()
  const indexer = fork(
    join(import.meta.dirname, '../main.ts'),
    ['--chain', world.url, '--database', url],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  )
  const exit = once(indexer, 'exit')
  await once(indexer, 'message')
  await world.pass(60)
  const head = await again(url)
  const wrong = "SELECT count(*) AS count FROM nodes WHERE region = 'wrong'"
  assert.deepEqual((await db.pool.query(wrong)).rows, [{ count: 0 }])

  await world.pass(120)
  const { height } = await world.chain.finalizedHead()
  assert.ok(height > head.height)
  while (((await readHead(db.pool))?.height ?? 0) < height) {
    assert.equal(indexer.exitCode, null, 'the indexer goes on')
  }
  indexer.kill('SIGTERM')
  await exit
  await db.close()
})

test('one who may read the tables may read the new ones', async () => {
  const { url, db } = await openWrong()
  const role = `reader_${process.pid}`
  await db.pool.query(`CREATE ROLE ${role}`)
  await db.pool.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`)
  await db.pool.query('GRANT SELECT ON head TO PUBLIC')
  await again(url)
  const tables = `SELECT count(*) AS count FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`
  const readable = `${tables} AND has_table_privilege('${role}', oid, 'SELECT')
    AND NOT has_table_privilege('${role}', oid, 'INSERT')`
  assert.deepEqual((await db.pool.query(readable)).rows, (await db.pool.query(tables)).rows)
  const open = `SELECT count(*) AS count FROM pg_class, aclexplode(relacl) WHERE relname = 'head' AND grantee = 0`
  assert.deepEqual((await db.pool.query(open)).rows, [{ count: 1 }])
  await db.pool.query(`DROP OWNED BY ${role}`)
  await db.pool.query(`DROP ROLE ${role}`)
  await db.close()
})

test('one that is ended leaves the rows as they were, and the next one begins anew', async () => {
  const { url, db } = await openWrong()
  const before = (await db.pool.query<Reading>(MIRROR)).rows
  await assert.rejects(again(url, AbortSignal.abort(new Error('enough'))), /enough/)
  assert.deepEqual((await db.pool.query<Reading>(MIRROR)).rows, before)
  assert.equal(await schemas(db), 0)

  const program = join(import.meta.dirname, 'main.ts')
  const killed = fork(program, ['--chain', world.url], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exit = once(killed, 'exit')
  while ((await schemas(db)) === 0) assert.equal(killed.exitCode, null)
  killed.kill('SIGKILL')
  await exit
  assert.deepEqual((await db.pool.query<Reading>(MIRROR)).rows, before)
  await again(url)
  assert.equal((await db.pool.query<Reading>(MIRROR)).rows[0]?.wrong, 0)
  await db.close()
})

test('rows that no indexer writes any more are replaced by those of a longer chain', async () => {
  const { url, db, height } = await openWrong()
  await world.pass(120)
  const head = await again(url)
  assert.ok(head.height > height)
  assert.deepEqual((await readHead(db.pool))?.height, head.height)
  await db.close()
})

test('of two at once the second is refused', async () => {
  const { url, db } = await openWrong()
  const both = await Promise.allSettled([again(url), again(url)])
  const refused = both.filter((one) => one.status === 'rejected')
  assert.deepEqual(
    refused.map(({ reason }) => reason instanceof AlreadyReindexing),
    [true],
  )
  await db.close()
})

test('rows of another chain are not made into this one’s', async () => {
  const { url, db } = await openWrong()
  await db.pool.query('UPDATE head SET genesis_hash = $1', [`0x${'00'.repeat(32)}`])
  await assert.rejects(again(url), { name: 'AnotherChain' })
  await db.close()
})
