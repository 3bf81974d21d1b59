import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HEAD_CHANNEL } from '@covenant/schema/head-channel'
import { holdIndexerLock } from '@covenant/schema/indexer-lock'
import { readMigrations } from '@covenant/schema/migrations/files'
import { startPostgres } from '@covenant/schema/postgres/start'
import { Pool } from 'pg'
import type { Changes } from '../changes.ts'
import { type Rows, createRows } from './rows.ts'

export type TestDatabase = {
  url: string
  rows: Rows
  /** Takes away the sign that an indexer runs, which is there from the beginning. */
  stopIndexer(): Promise<void>
  startIndexer(): Promise<void>
  /** Tells of the head as the indexer does, and resolves once the API has read it. */
  notifyHead(changes: Changes): Promise<void>
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
  let stopIndexer = await holdIndexerLock(postgres.url)
  return {
    url: postgres.url,
    rows: createRows(pool),
    stopIndexer: () => stopIndexer(),
    async startIndexer() {
      stopIndexer = await holdIndexerLock(postgres.url)
    },
    async notifyHead(changes) {
      const { rows } = await pool.query<{ height: string; hash: string }>('select * from head')
      const { height, hash } = rows[0] ?? {}
      const known = new Promise<void>((resolve) => {
        const done = changes.onHead((head) => {
          if (head.hash !== hash) return
          done()
          resolve()
        })
      })
      await pool.query(`notify ${HEAD_CHANNEL}, '${height}'`)
      if (changes.head()?.hash !== hash) await known
    },
    async stop() {
      await stopIndexer()
      await postgres.stop()
    },
    async start() {
      postgres = await startPostgres({ dir })
      stopIndexer = await holdIndexerLock(postgres.url)
    },
    async close() {
      await stopIndexer()
      await pool.end()
      await postgres.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
