import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Database, openDatabase } from '../db.ts'
import { startTestPostgres, type TestPostgres } from '../testing.ts'
import { DatabaseUnreachable } from '../unreachable.ts'
import { readMigrations } from './files.ts'
import { IncompatibleDatabase, migrate } from './migrate.ts'
import { scriptFromEmpty } from './script.ts'

let postgres: TestPostgres
before(async () => {
  postgres = await startTestPostgres()
})
after(() => postgres.stop())

const all = readMigrations().map(({ name }) => name)

async function withDatabase(url: string, action: (db: Database) => Promise<void>) {
  const db = openDatabase(url)
  try {
    await action(db)
  } finally {
    await db.close()
  }
}

/** All that makes up the tables, in words of the database itself; what only a hand-written migration can say left out. */
async function describe(url: string): Promise<unknown[]> {
  let lines: unknown[] = []
  await withDatabase(url, async ({ pool }) => {
    const { rows } = await pool.query<{ line: string }>(`
      SELECT concat_ws(' ', table_name, column_name, data_type, udt_name, numeric_precision, numeric_scale,
        is_nullable, column_default) AS line
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
      UNION ALL SELECT indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'
      UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 'c'
          AND conrelid::regclass::text <> '_prisma_migrations'
      ORDER BY 1`)
    lines = rows.map(({ line }) => line)
  })
  return lines
}

test('what the migrations make is what the schema file says', async () => {
  const migrated = await postgres.createDatabase()
  const generated = await postgres.createEmptyDatabase()
  await withDatabase(generated, async ({ pool }) => {
    await pool.query(await scriptFromEmpty(pool))
  })
  const expected = await describe(generated)
  assert.ok(expected.length > 150, `only ${expected.length} lines describe the tables`)
  assert.deepEqual(await describe(migrated), expected)
})

test('what happens to any table of the chain can be undone', async () => {
  await withDatabase(await postgres.createDatabase(), async ({ pool }) => {
    const { rows } = await pool.query<{ name: string; undoable: boolean }>(`
      SELECT relname AS name, EXISTS (SELECT FROM pg_trigger
        WHERE tgrelid = pg_class.oid AND tgname = 'note_for_undo') AS undoable
      FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname`)
    const without = rows.filter(({ undoable }) => !undoable).map(({ name }) => name)
    assert.deepEqual(without, ['_prisma_migrations', 'undo'])
  })
})

test('all migrations are applied once', async () => {
  const url = await postgres.createEmptyDatabase()
  assert.deepEqual(await migrate(url), all)
  assert.deepEqual(await migrate(url), [])
})

test('of four processes at once, one migrates and the others find it done', async () => {
  const url = await postgres.createEmptyDatabase()
  const results = await Promise.all(Array.from({ length: 4 }, () => migrate(url)))
  assert.deepEqual(
    results.toSorted((a, b) => a.length - b.length),
    [[], [], [], all],
  )
})

test('a failing migration leaves nothing, not even those before it', async () => {
  const url = await postgres.createEmptyDatabase()
  const broken = {
    name: '99999999999999_broken',
    sql: 'CREATE TABLE half (n int);\nSELECT nothing;',
    checksum: '',
  }
  await assert.rejects(migrate(url, [...readMigrations(), broken]))
  assert.deepEqual(await describe(url), [])
  assert.deepEqual(await migrate(url), all)
})

test('a connection lost in the middle leaves nothing', async () => {
  const url = await postgres.createEmptyDatabase()
  const suicide = {
    name: '99999999999999_suicide',
    sql: 'CREATE TABLE half (n int);\nSELECT pg_terminate_backend(pg_backend_pid());',
    checksum: '',
  }
  await assert.rejects(migrate(url, [...readMigrations(), suicide]))
  assert.deepEqual(await describe(url), [])
  assert.deepEqual(await migrate(url), all)
})

test('a database with a migration that is not known here is refused as newer', async () => {
  const url = await postgres.createDatabase()
  await assert.rejects(
    migrate(url, readMigrations().slice(0, -1)),
    (error) =>
      error instanceof IncompatibleDatabase &&
      /newer than this version/.test(error.message) &&
      error.message.includes(all.at(-1)!),
  )
})

test('a database that another build made is refused', async () => {
  const url = await postgres.createDatabase()
  await withDatabase(url, async ({ pool }) => {
    await pool.query(`UPDATE _prisma_migrations SET checksum = 'x' WHERE migration_name = $1`, [
      all[0],
    ])
  })
  await assert.rejects(
    migrate(url),
    (error) => error instanceof IncompatibleDatabase && /made by another build/.test(error.message),
  )
})

const unreachable: [string, string, RegExp][] = [
  [
    'a name with two addresses',
    'postgresql://me:secret@localhost:1/x',
    /at localhost:1\/x \(.*ECONNREFUSED/,
  ],
  [
    'a socket that is not there',
    'postgresql://me@localhost/x?host=%2Fnone',
    /at \/none\/x \(.*ENOENT/,
  ],
]
for (const [name, url, message] of unreachable) {
  test(`${name} where nobody answers is named with the reason and without the password`, async () => {
    await assert.rejects(
      migrate(url),
      (error) =>
        error instanceof DatabaseUnreachable &&
        message.test(error.message) &&
        !error.message.includes('secret'),
    )
  })
}
