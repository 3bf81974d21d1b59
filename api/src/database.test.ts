import assert from 'node:assert/strict'
import { type TestContext, after, before, test } from 'node:test'
import { createLog } from '@covenant/service'
import { type Database, type Snapshot, openDatabase } from './database.ts'
import { Unavailable } from './errors.ts'
import { sql } from './sql.ts'
import { type TestDatabase, openTestDatabase } from './testing/database.ts'

let rows: TestDatabase
let database: Database
before(async () => {
  rows = await openTestDatabase()
  database = openDatabase(
    rows.url,
    createLog('test', () => {}),
  )
  await rows.rows.head(1)
})
after(async () => {
  await database.close()
  await rows.close()
})

/** A snapshot that is given back also when its test fails. */
function open(t: TestContext): Snapshot {
  const snapshot = database.snapshot()
  t.after(() => snapshot.close())
  return snapshot
}

test('a snapshot sees the rows of one moment', async (t) => {
  const snapshot = open(t)
  assert.equal((await snapshot.head()).height, 1)
  await rows.rows.head(2)
  const [block] = await snapshot.query<{ height: number }>(sql`select height from head`)
  assert.equal(block?.height, 1)
  await snapshot.close()
})

test('nothing can be written through it', async (t) => {
  const snapshot = open(t)
  await assert.rejects(snapshot.query(sql`delete from head`), /read-only transaction/)
  await snapshot.close()
})

test('a statement runs for five seconds at most', async (t) => {
  const snapshot = open(t)
  assert.deepEqual(
    await snapshot.query(sql`select current_setting('statement_timeout') as limit`),
    [{ limit: '5s' }],
  )
  await snapshot.close()
})

test('64-bit numbers are numbers and amounts are text', async (t) => {
  const snapshot = open(t)
  const amount = '340282366920938463463374607431768211455'
  assert.deepEqual(
    await snapshot.query(
      sql`select ${9007199254740991}::bigint as id, ${amount}::numeric as amount`,
    ),
    [{ id: 9007199254740991, amount }],
  )
  await snapshot.close()
})

test('a failed statement leaves the connection fit for the next request', async (t) => {
  for (let round = 0; round < 30; round += 1) {
    const snapshot = open(t)
    await assert.rejects(snapshot.query(sql`select 1 / 0`), /division by zero/)
    await snapshot.close()
  }
  const snapshot = open(t)
  assert.equal((await snapshot.head()).height, 2)
  await snapshot.close()
})

test('what is asked after the end is refused, and takes no connection', async (t) => {
  const snapshot = open(t)
  await snapshot.close()
  await assert.rejects(snapshot.head(), Unavailable)
  await assert.rejects(snapshot.query(sql`select 1`), Unavailable)
})

test('requests beyond the connections wait for their turn', async (t) => {
  const heights = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const snapshot = open(t)
      const { height } = await snapshot.head()
      await snapshot.close()
      return height
    }),
  )
  assert.deepEqual(new Set(heights), new Set([2]))
})
