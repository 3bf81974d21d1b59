import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Database, openDatabase } from './db.ts'
import { startTestPostgres, type TestPostgres } from './testing.ts'

let postgres: TestPostgres
let db: Database
before(async () => {
  postgres = await startTestPostgres()
  db = openDatabase(await postgres.createDatabase())
})
after(async () => {
  await db.close()
  await postgres.stop()
})

const MAX_U128 = 2n ** 128n - 1n

async function select(expression: string): Promise<unknown> {
  const { rows } = await db.pool.query<{ value: unknown }>(`SELECT ${expression} AS value`)
  return rows[0]?.value
}

test('bigint is read as a number, and refused where a number would not be exact', async () => {
  assert.equal(await select('9007199254740991::bigint'), Number.MAX_SAFE_INTEGER)
  await assert.rejects(select('9007199254740992::bigint'), /beyond what a number can hold/)
})

test('numeric is read as a bigint up to the largest u128', async () => {
  assert.equal(await select(`${MAX_U128}::numeric(39,0)`), MAX_U128)
  assert.equal(await select(`(SELECT sum(n) FROM (VALUES (1::numeric), (2)) AS v (n))`), 3n)
})

test('other types are read as ever', async () => {
  assert.equal(await select('1'), 1)
  assert.equal(await select(`'a'::text`), 'a')
  assert.deepEqual(await select(`ARRAY['a','b']`), ['a', 'b'])
  assert.deepEqual(await select(`'{"a":1}'::jsonb`), { a: 1 })
  assert.deepEqual(await select(`'\\x00ff'::bytea`), Buffer.from([0, 255]))
})

test('the Prisma client reads the same rows', async () => {
  const bytes = Buffer.from('{}')
  await db.pool.query(
    `INSERT INTO bodies (hash, bytes, text, reference_count, created_height, changed_height) VALUES ('0x01', $1, '{}', 2, 3, 4)`,
    [bytes],
  )
  await db.pool.query(
    `INSERT INTO body_holders (body_hash, account, deposit, created_height) VALUES ('0x01', 'someone', ${MAX_U128}, 3)`,
  )
  const prisma = await db.prisma()
  const body = await prisma.body.findUnique({
    where: { hash: '0x01' },
    include: { holders: true },
  })
  assert.equal(body?.referenceCount, 2n)
  assert.deepEqual(Buffer.from(body.bytes), bytes)
  assert.equal(body.holders[0]?.deposit.toFixed(), String(MAX_U128))
})

test('there is one head', async () => {
  const insert = (single: boolean) =>
    db.pool.query(`INSERT INTO head VALUES (${single}, '0x', 0, '0x', 0, 0, 0, 0)`)
  await insert(true)
  await assert.rejects(insert(true), { constraint: 'head_pkey' })
  await assert.rejects(insert(false), { constraint: 'head_single_check' })
})
