import type { Transaction } from '../stores/transaction.ts'
import { type Differences, THERE } from './difference.ts'
import { pagesOf } from './pages.ts'

/** Names are ready for SQL: quoted where they have to be. */
export type Table = {
  name: string
  /** With its schema: the table itself, whatever hides it. */
  live: string
  /** The primary key's columns. */
  key: string[]
}

/** Every table that says something of the chain. */
export async function listTables(connection: Transaction): Promise<Table[]> {
  const { rows } = await connection.query<Table>(
    `SELECT quote_ident(relname) AS name, quote_ident(current_schema()) || '.' || quote_ident(relname) AS live,
       (SELECT array_agg(quote_ident(attname) ORDER BY array_position(indkey::smallint[], attnum))
        FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
        WHERE indrelid = pg_class.oid AND indisprimary) AS key
     FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname NOT IN ('undo', '_prisma_migrations')
     ORDER BY relname`,
  )
  return rows
}

type Found = { key: string[]; column: string | null; rows: string | null; chain: string | null }

/** Compares the rows of a table, all columns of them, with those that were replayed. */
export async function compareTable(
  transaction: Transaction,
  table: Table,
  differences: Differences,
): Promise<void> {
  for (const sql of [wholeRows(table), columns(table)]) {
    for await (const page of pagesOf<Found>(transaction, sql)) {
      for (const { key, ...found } of page) {
        const named = table.key.map((name, index) => [name, key[index] ?? ''])
        differences.add({ table: table.name, key: Object.fromEntries(named), ...found })
      }
    }
  }
}

const keyText = ({ key }: Table) => `ARRAY[${key.map((name) => `${name}::text`).join(', ')}] AS key`

/** Rows that only one of the two has. */
function wholeRows(table: Table): string {
  const { name, live, key } = table
  const [first] = key
  return `SELECT ${keyText(table)}, NULL AS column,
      CASE WHEN of_rows.${first} IS NOT NULL THEN '${THERE}' END AS rows,
      CASE WHEN of_chain.${first} IS NOT NULL THEN '${THERE}' END AS chain
    FROM ${live} AS of_rows FULL JOIN pg_temp.${name} AS of_chain USING (${key.join(', ')})
    WHERE of_rows.${first} IS NULL OR of_chain.${first} IS NULL`
}

/** Columns that differ in rows that both have. */
function columns(table: Table): string {
  const { name, live, key } = table
  return `SELECT ${keyText(table)}, "column", rows, chain
    FROM ${live} AS of_rows JOIN pg_temp.${name} AS of_chain USING (${key.join(', ')}),
      LATERAL (SELECT key AS "column", ours.value AS rows, theirs.value AS chain
        FROM jsonb_each_text(to_jsonb(of_rows)) AS ours JOIN jsonb_each_text(to_jsonb(of_chain)) AS theirs USING (key)
        WHERE ours.value IS DISTINCT FROM theirs.value) AS each
    WHERE ROW (of_rows.*) IS DISTINCT FROM ROW (of_chain.*)`
}
