import type { Audit, AuditedBlock } from '@covenant/chain-client/audit'
import { writeBlocks } from '../commit.ts'
import type { Head } from '../stores/head.ts'
import type { Transaction } from '../stores/transaction.ts'
import type { Table } from './tables.ts'

/** How many blocks are asked for at once, and how many are written together. */
const AHEAD = 16
const BATCH = 200

/**
 * Makes tables of the same names that this connection alone sees, empty: what is written through it
 * from here on goes there, and ends with it.
 */
export async function shadowTables(connection: Transaction, tables: Table[]): Promise<void> {
  for (const { name, live } of tables) {
    await connection.query(`CREATE TEMP TABLE ${name} (LIKE ${live} INCLUDING ALL)`)
  }
}

export type ReplayOptions = {
  audit: Audit
  from: Head | null
  /** The last block to be replayed. */
  to: number
  /** What the head's row is to say of the chain beyond it. */
  finalizedHeight: number
  /** Begins and commits a transaction around each batch; else one is open. */
  transactions: boolean
  onHead?: ((head: Head) => void) | undefined
}

/** Writes what the blocks up to `to` say, from where the last replay ended. */
export async function replay(
  connection: Transaction,
  { audit, from, to, finalizedHeight, transactions, onHead }: ReplayOptions,
): Promise<Head | null> {
  let head = from
  for await (const blocks of batches(audit, (from?.height ?? -1) + 1, to)) {
    if (transactions) await connection.query('BEGIN')
    const { decodeCall } = audit
    head = await writeBlocks(connection, { from: head, blocks, finalizedHeight, decodeCall })
    if (transactions) await connection.query('COMMIT')
    onHead?.(head)
  }
  return head
}

/** Blocks in order, some at a time, the next ones asked for meanwhile. */
async function* batches(audit: Audit, from: number, to: number): AsyncGenerator<AuditedBlock[]> {
  const asked: Promise<AuditedBlock>[] = []
  const ask = () => {
    const height = from + asked.length
    if (height > to || asked.length >= AHEAD) return false
    const block = audit.block(height)
    // Told when its turn comes; until then nobody listens.
    block.catch(() => undefined)
    asked.push(block)
    return true
  }
  let batch: AuditedBlock[] = []
  for (; from <= to; from += 1) {
    while (ask());
    const next = asked.shift()
    if (next !== undefined) batch.push(await next)
    if (batch.length < BATCH && from < to) continue
    yield batch
    batch = []
  }
}
