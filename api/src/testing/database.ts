import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readMigrations } from '@covenant/schema/migrations/files'
import { startPostgres } from '@covenant/schema/postgres/start'
import { Pool } from 'pg'
import { type Rows, createRows } from './rows.ts'

export type TestDatabase = {
  url: string
  rows: Rows
  /** Shuts PostgreSQL down; `start` brings it back with its rows. */
  stop(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

/** A real PostgreSQL of its own with the product's tables, and builders that fill them. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const dir = await mkdtemp(join(tmpdir(), 'covenant-api-'))
  let postgres = await startPostgres({ dir })
  const pool = new Pool({ connectionString: postgres.url })
  // Tests shut the server down beneath the pool.
  pool.on('error', () => {})
  // As they stand: loading the engine that applies them in the product takes longer than they do.
  for (const { sql } of readMigrations()) await pool.query(sql)
  return {
    url: postgres.url,
    rows: createRows(pool),
    stop: () => postgres.stop(),
    async start() {
      postgres = await startPostgres({ dir })
    },
    async close() {
      await pool.end()
      await postgres.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
