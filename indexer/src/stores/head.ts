import type { Pool } from 'pg'
import { SecondWriter } from '../errors.ts'
import type { Transaction } from './transaction.ts'

/** How far the rows have come. */
export type Head = {
  genesisHash: string
  height: number
  hash: string
  timestampMs: number
  /** The chain's clock after that block. */
  chainMs: number
  /** That of the runtime that executed the block. */
  transactionVersion: number
  /** Up to this height the rows are of blocks that are final; those above can be undone. May be beyond the head. */
  finalizedHeight: number
}

/** Null for a database that no chain has been read into. */
export async function readHead(db: Pool | Transaction): Promise<Head | null> {
  const { rows } = await db.query<Head>(
    `SELECT genesis_hash AS "genesisHash", height, hash, timestamp_ms AS "timestampMs", chain_ms AS "chainMs",
       transaction_version AS "transactionVersion", finalized_height AS "finalizedHeight" FROM head`,
  )
  return rows[0] ?? null
}

/**
 * Moves the head from `from` (null: there is none) to `to`, locking it until the transaction ends. Throws
 * {@link SecondWriter} when it is not at `from`: of two writers, the second one to come here stops.
 */
export async function moveHead(
  transaction: Transaction,
  from: Head | null,
  to: Head,
): Promise<void> {
  const values = [
    to.genesisHash,
    to.height,
    to.hash,
    to.timestampMs,
    to.chainMs,
    to.finalizedHeight,
    to.transactionVersion,
  ]
  const { rowCount } = await (from === null
    ? transaction.query(
        `INSERT INTO head (genesis_hash, height, hash, timestamp_ms, chain_ms, finalized_height, transaction_version)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
         RETURNING height`,
        values,
      )
    : transaction.query(
        `UPDATE head SET height = $2, hash = $3, timestamp_ms = $4, chain_ms = $5, finalized_height = $6,
           transaction_version = $7
         WHERE genesis_hash = $1 AND height = $8 AND hash = $9
         RETURNING height`,
        [...values, from.height, from.hash],
      ))
  if (rowCount !== 1) throw secondWriter(from)
}

/** Makes sure that the head is at `from`, and locks it until the transaction ends. Throws {@link SecondWriter}. */
export async function lockHead(transaction: Transaction, from: Head): Promise<void> {
  const { rowCount } = await transaction.query(
    'SELECT FROM head WHERE genesis_hash = $1 AND height = $2 AND hash = $3 FOR UPDATE',
    [from.genesisHash, from.height, from.hash],
  )
  if (rowCount !== 1) throw secondWriter(from)
}

function secondWriter(from: Head | null): SecondWriter {
  return new SecondWriter(
    `the head is not at ${from === null ? 'the beginning' : `block ${from.height} (${from.hash})`} any more: another indexer writes to this database; stop one of them, or give it a database of its own`,
  )
}
