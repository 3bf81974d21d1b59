import type { Head as Block, KnownChain } from '@covenant/chain-client'
import type { Pool } from 'pg'
import type { Head } from './head.ts'
import type { Transaction } from './transaction.ts'

export type BlockRow = {
  height: number
  hash: string
  parentHash: string
  timestampMs: number
  chainMs: number
}

export async function insertBlocks(transaction: Transaction, blocks: BlockRow[]): Promise<void> {
  await transaction.query(
    `INSERT INTO blocks (height, hash, parent_hash, timestamp_ms, chain_ms)
     SELECT height, hash, "parentHash", "timestampMs", "chainMs"
     FROM jsonb_to_recordset($1)
       AS block (height bigint, hash text, "parentHash" text, "timestampMs" bigint, "chainMs" bigint)`,
    [JSON.stringify(blocks)],
  )
}

/** What the rows have of the chain: the last block that was final, and those beyond. */
export async function readKnown(pool: Pool, head: Head): Promise<KnownChain & { final: Block }> {
  const { rows } = await pool.query<Block>(
    'SELECT height, hash FROM blocks WHERE height >= $1 ORDER BY height',
    [Math.min(head.height, head.finalizedHeight)],
  )
  const [final, ...open] = rows
  if (final === undefined || open.length === 0) return { final: head as Block, open: [] }
  return { final, open: open.map(({ hash }) => hash) }
}
