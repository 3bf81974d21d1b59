import type { Transaction } from '../stores/transaction.ts'

const PAGE_SIZE = 1_000

/** The rows of a query, some at a time, within the transaction that is open. */
export async function* pagesOf<Row extends object>(
  transaction: Transaction,
  sql: string,
): AsyncGenerator<Row[]> {
  await transaction.query(`DECLARE verify_pages NO SCROLL CURSOR FOR ${sql}`)
  try {
    for (;;) {
      const { rows } = await transaction.query<Row>(`FETCH ${PAGE_SIZE} FROM verify_pages`)
      if (rows.length === 0) return
      yield rows
    }
  } finally {
    await transaction.query('CLOSE verify_pages')
  }
}
