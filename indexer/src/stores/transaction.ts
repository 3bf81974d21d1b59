import type { PoolClient } from 'pg'
import { Inconsistent } from '../errors.ts'

/** A connection with an open transaction: all that a store needs to know of the database. */
export type Transaction = Pick<PoolClient, 'query'>

/** Told of a statement by its text, and how many seconds it took. */
export type OnStatement = (text: string, seconds: number) => void

/** The same, telling of each statement. */
export function timed(transaction: Transaction, onStatement: OnStatement | undefined): Transaction {
  if (onStatement === undefined) return transaction
  const query = async (text: string, values?: unknown[]) => {
    const from = performance.now()
    try {
      return await transaction.query(text, values)
    } finally {
      onStatement(text, (performance.now() - from) / 1_000)
    }
  }
  // Stores send text and values, of all the forms that the driver takes.
  return { query: query as Transaction['query'] }
}

/**
 * Runs a statement that must change exactly one row, and throws {@link Inconsistent} where it does not: an event that
 * finds no row to change means that the rows are not those of this chain.
 */
export async function changeOne(
  transaction: Transaction,
  row: string,
  sql: string,
  values: unknown[],
): Promise<void> {
  const { rowCount } = await transaction.query(sql, values)
  if (rowCount === 1) return
  throw new Inconsistent(
    `an event changes ${row}, which matches ${rowCount} rows instead of one: the rows do not follow the chain any more; begin anew (--fresh, or an empty database) and report it`,
  )
}
