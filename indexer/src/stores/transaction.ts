import type { PoolClient } from 'pg'
import { Inconsistent } from '../errors.ts'

/** A connection with an open transaction: all that a store needs to know of the database. */
export type Transaction = Pick<PoolClient, 'query'> & {
  /** Sends a statement and checks how many rows it changed once that is known. */
  expect?: (
    text: string,
    values: unknown[],
    check: (rowCount: number | null) => void,
  ) => Promise<void>
}

/** Told of a statement by its text, and how many seconds it took. */
export type OnStatement = (text: string, seconds: number) => void

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
  const check = (rowCount: number | null) => {
    if (rowCount === 1) return
    throw new Inconsistent(
      `an event changes ${row}, which matches ${rowCount} rows instead of one: the rows do not follow the chain any more; begin anew (--fresh, or an empty database) and report it`,
    )
  }
  if (transaction.expect) return transaction.expect(sql, values, check)
  const { rowCount } = await transaction.query(sql, values)
  check(rowCount)
}
