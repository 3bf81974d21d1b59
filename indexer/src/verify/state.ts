import type { Audit } from '@covenant/chain-client/audit'
import type { Transaction } from '../stores/transaction.ts'
import { type Difference, type Differences, textOf, THERE } from './difference.ts'
import { pagesOf } from './pages.ts'
import { contractState } from './state/contracts.ts'
import { groupState } from './state/groups.ts'
import { nodeState } from './state/nodes.ts'

export type Row = Record<string, unknown>

/** A table, or the part of it, that the chain's storage has too. */
export type StateTable = {
  table: string
  key: string[]
  /** The rows that follow from the storage, in pages, with the columns that do. */
  rows: (storage: ReturnType<Audit['storage']>) => AsyncIterable<Row[]>
  /** Which rows of the table must be there: the others are history, which the storage forgets. */
  where: string
}

const TABLES: StateTable[] = [...groupState, ...nodeState, ...contractState]

/** Compares what the rows say is so now with the storage of the block that they are of. */
export async function compareState(
  transaction: Transaction,
  storage: ReturnType<Audit['storage']>,
  differences: Differences,
): Promise<void> {
  for (const table of TABLES) await compareTable(transaction, { storage, differences, ...table })
}

type Compare = StateTable & { storage: ReturnType<Audit['storage']>; differences: Differences }

async function compareTable(transaction: Transaction, options: Compare): Promise<void> {
  const { table, key, where, storage, differences } = options
  const keyOf = (row: Row) => Object.fromEntries(key.map((name) => [name, String(row[name])]))
  const placeOf = (row: Row) => JSON.stringify(key.map((name) => String(row[name])))
  const report = (row: Row, rest: Pick<Difference, 'column' | 'rows' | 'chain'>) =>
    differences.add({ table, key: keyOf(row), ...rest })

  const onChain = new Set<string>()
  for await (const page of options.rows(storage)) {
    const { rows } = await transaction.query<Row>(
      `SELECT * FROM ${table} WHERE ${key[0]} = ANY ($1)`,
      [[...new Set(page.map((row) => row[key[0] ?? '']))]],
    )
    const found = new Map(rows.map((row) => [placeOf(row), row]))
    for (const expected of page) {
      onChain.add(placeOf(expected))
      const row = found.get(placeOf(expected))
      if (row === undefined) {
        report(expected, { column: null, rows: null, chain: THERE })
        continue
      }
      for (const [column, value] of Object.entries(expected)) {
        const [rows, chain] = [textOf(row[column]), textOf(value)]
        if (rows !== chain) report(row, { column, rows, chain })
      }
    }
  }
  const keys = `SELECT ${key.join(', ')} FROM ${table} WHERE ${where}`
  for await (const page of pagesOf<Row>(transaction, keys)) {
    for (const row of page) {
      if (!onChain.has(placeOf(row))) report(row, { column: null, rows: THERE, chain: null })
    }
  }
}

/** The pages of `items`, each item as the rows that follow from it. */
export async function* rowsOf<Item>(
  pages: AsyncIterable<Item[]>,
  toRows: (item: Item) => Row[],
): AsyncGenerator<Row[]> {
  for await (const page of pages) yield page.flatMap(toRows)
}
