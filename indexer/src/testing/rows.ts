/** For tests alone: a database of its own, blocks committed into it, and its rows. */
import type { Block } from '@covenant/chain-client'
import { openDatabase } from '@covenant/schema/db'
import type { TestPostgres } from '@covenant/schema/testing'
import { commit } from '../commit.ts'
import type { Head } from '../stores/head.ts'
import { block, decodeCall, type EventInput } from './story.ts'

type Row = Record<string, unknown>

export async function openRows(postgres: TestPostgres) {
  const url = await postgres.createDatabase()
  const db = openDatabase(url, { pipeline: true })
  const { pool } = db
  let head: Head | null = null
  return {
    url,
    pool,
    head: () => head,
    async commit(...blocks: Block[]): Promise<Head> {
      const finalizedHeight = blocks.at(-1)?.height ?? 0
      head = await commit({ pool, from: head, blocks, finalizedHeight, decodeCall })
      return head
    },
    /** Commits one more block with these events; returns its height. */
    async happen(...events: EventInput[]): Promise<number> {
      if (head === null) await this.commit(block(0))
      return (await this.commit(block(head!.height + 1, events))).height
    },
    all: async (sql: string, ...values: unknown[]): Promise<Row[]> =>
      (await pool.query<Row>(sql, values)).rows,
    async one(sql: string, ...values: unknown[]): Promise<Row> {
      const { rows } = await pool.query<Row>(sql, values)
      if (rows.length !== 1) throw new Error(`${rows.length} rows instead of one: ${sql}`)
      return rows[0]!
    },
    close: () => db.close(),
  }
}

export type TestRows = Awaited<ReturnType<typeof openRows>>
