import { type Sql, sql } from '../sql.ts'

/** An extrinsic that did something for an account: `height/extrinsic/account`. */
export type Deed = `${number}/${number}/${string}`

/** The deeds as rows of (deed, height, extrinsic, account), to join with. */
export function deedRows(deeds: readonly Deed[]): Sql {
  const parts = deeds.map((deed) => deed.split('/'))
  return sql`unnest(
    ${deeds}::text[],
    ${parts.map(([height = '']) => height)}::bigint[],
    ${parts.map(([, extrinsic = '']) => extrinsic)}::integer[],
    ${parts.map(([, , account = '']) => account)}::text[]
  )`
}
