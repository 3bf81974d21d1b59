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
