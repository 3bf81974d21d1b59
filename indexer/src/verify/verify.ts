import type { Audit } from '@covenant/chain-client/audit'
import { START } from '@covenant/service/installed'
import type { Pool } from 'pg'
import { AnotherChain, NotThere } from '../errors.ts'
import { type Head, readHead } from '../stores/head.ts'
import type { Transaction } from '../stores/transaction.ts'
import { createDifferences, type Difference, type Differences } from './difference.ts'
import { replay, shadowTables } from './replay.ts'
import { compareState } from './state.ts'
import { compareTable, listTables, type Table } from './tables.ts'

export type VerifyOptions = {
  pool: Pool
  audit: Audit
  /** The block that the rows must be of. @default the one that they are of */
  at?: number | undefined
  /** Told how far the blocks have been read. */
  onHead?: ((head: Head) => void) | undefined
  /** Told that the rows are of a block that is not final yet, which is waited for. */
  onWait?: ((head: Head) => void) | undefined
}

export type Verdict = {
  /** The block that rows and chain were compared at. */
  height: number
  hash: string
  /** How many rows each table has. */
  rows: Record<string, number>
  count: number
  /** The first of them. */
  differences: Difference[]
}

/**
 * Compares every row with the chain, in two ways.
 *
 * What is so now is compared with the storage of our pallets at the block that the rows are of, read
 * and decoded by @polkadot/api. All columns of all tables, history included, are compared with rows
 * made anew out of the blocks' events, which @polkadot/api decoded too; they are kept in temporary
 * tables of this connection. The indexer goes on meanwhile: its rows are looked at within one
 * transaction, in which they stand still until the block that they are of is final. Writes nothing
 * that stays.
 */
export async function verify(options: VerifyOptions): Promise<Verdict> {
  const { pool, audit, at, onHead } = options
  const connection = await pool.connect()
  try {
    const tables = await listTables(connection)
    const target = await headToVerify(connection, at)
    const { height: finalized } = await audit.finalizedHead()
    await checkSameChain(audit, target, finalized)
    await shadowTables(connection, tables)
    // Nearly all of it beforehand, a batch at a time; the rest once the rows cannot move any more.
    const settled = await replay(connection, {
      ...{ audit, from: null, to: Math.min(target.height, finalized), transactions: true, onHead },
      finalizedHeight: 0,
    })
    const head = await standStill(connection, { ...options, tables })
    return await compare(connection, { audit, tables, head, settled })
  } finally {
    // It ends, and the temporary tables with it.
    connection.release(true)
  }
}

type StandStill = VerifyOptions & { tables: Table[] }

/** Opens a transaction whose rows are of a block that is final; returns their head. */
async function standStill(
  connection: Transaction,
  { tables, audit, at, onWait }: StandStill,
): Promise<Head> {
  for (;;) {
    await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    const head = await readLiveHead(connection, tables)
    checkHeight(head, at)
    const isOpen = head.height > head.finalizedHeight
    if (!isOpen || !(await isLastBlock(connection, { tables, head }))) return head
    const finalized = await audit.finalizedHead()
    if (finalized.height < head.height) onWait?.(head)
    await audit.untilFinal(head.height)
    const { hash } = await audit.block(head.height)
    if (hash === head.hash) return head
    // Another branch became final; the indexer has followed it.
    await connection.query('ROLLBACK')
  }
}

/** A table itself, whatever tables of this connection hide it. */
const liveTable = (tables: Table[], name: string) =>
  tables.find((table) => table.name === name)?.live ?? name

async function readLiveHead(connection: Transaction, tables: Table[]): Promise<Head> {
  const { rows } = await connection.query<Head>(
    `SELECT genesis_hash AS "genesisHash", height, hash, timestamp_ms AS "timestampMs", chain_ms AS "chainMs",
       transaction_version AS "transactionVersion", finalized_height AS "finalizedHeight"
     FROM ${liveTable(tables, 'head')}`,
  )
  if (rows[0]) return rows[0]
  throw new NotThere('the rows have lost their head while they were compared')
}

/** Whether the rows have the block that their head names: else there is nothing to wait for. */
async function isLastBlock(
  connection: Transaction,
  { tables, head }: { tables: Table[]; head: Head },
): Promise<boolean> {
  const { rows } = await connection.query(
    `SELECT FROM ${liveTable(tables, 'blocks')} WHERE height = $1 AND hash = $2`,
    [head.height, head.hash],
  )
  return rows.length === 1
}

async function headToVerify(connection: Transaction, at: number | undefined): Promise<Head> {
  const head = await readHead(connection)
  if (head === null) {
    throw new NotThere(`no block is indexed yet: start the indexer (${START}), and ask again`)
  }
  checkHeight(head, at)
  return head
}

function checkHeight({ height }: Head, at: number | undefined): void {
  if (at === undefined || height === at) return
  throw new NotThere(
    `the rows are of block ${height}, not ${at}: they are kept of one block alone; leave the height out to compare them there`,
  )
}

type Compare = { audit: Audit; tables: Table[]; head: Head; settled: Head | null }

async function compare(
  transaction: Transaction,
  { audit, tables, head, settled }: Compare,
): Promise<Verdict> {
  const differences = createDifferences()
  const finalized = await audit.finalizedHead()
  const replayed = await replay(transaction, {
    ...{ audit, from: settled, to: Math.min(head.height, finalized.height), transactions: false },
    finalizedHeight: 0,
  })
  if (replayed === null) throw new NotThere(`the chain at ${audit.endpoint} has no block yet`)
  const { rows: undoable } = await transaction.query<{ count: number }>(
    'SELECT count(DISTINCT height) AS count FROM undo',
  )
  const bounds = [replayed.height - (undoable[0]?.count ?? 0), finalized.height] as const
  compareHead({ head, replayed, bounds }, differences)
  // From here on a table's name is that of the rows again, not of what was replayed.
  await transaction.query(
    `SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)`,
  )
  await compareState(transaction, audit.storage(replayed.hash), differences)
  const rows: Record<string, number> = {}
  for (const table of tables) {
    if (table.name !== 'head') await compareTable(transaction, table, differences)
    const { rows: counted } = await transaction.query<{ count: number }>(
      `SELECT count(*) AS count FROM ${table.live}`,
    )
    rows[table.name] = counted[0]?.count ?? 0
  }
  const { height, hash } = replayed
  return { height, hash, rows, count: differences.count(), differences: differences.list() }
}

/** Rows of another chain differ everywhere; one sentence says it better. */
async function checkSameChain(audit: Audit, head: Head, finalized: number): Promise<void> {
  if (head.genesisHash === audit.genesisHash) return
  const { hash } = await audit.block(Math.min(head.height, finalized))
  if (hash === head.hash) return
  throw new AnotherChain(
    `the rows are of the chain ${head.genesisHash}, and ${audit.endpoint} serves ${audit.genesisHash}; name a database and a chain that belong together`,
  )
}

type Heads = {
  head: Head
  replayed: Head
  /** How far the chain was final at least and at most when the head was written. */
  bounds: readonly [number, number]
}

function compareHead({ head, replayed, bounds }: Heads, differences: Differences): void {
  const report = (column: string, rows: number | string, chain: number | string) =>
    differences.add({
      ...{ table: 'head', key: { single: 'true' }, column },
      ...{ rows: String(rows), chain: String(chain) },
    })
  for (const [name, column] of HEAD_COLUMNS) {
    if (head[name] !== replayed[name]) report(column, head[name], replayed[name])
  }
  // How far it was is not to be known any more, but that what can be undone begins there.
  if (head.finalizedHeight < bounds[0] || head.finalizedHeight > bounds[1]) {
    report('finalized_height', head.finalizedHeight, bounds.join(' to '))
  }
}

const HEAD_COLUMNS = [
  ['genesisHash', 'genesis_hash'],
  ['height', 'height'],
  ['hash', 'hash'],
  ['timestampMs', 'timestamp_ms'],
  ['chainMs', 'chain_ms'],
  ['transactionVersion', 'transaction_version'],
] as const
