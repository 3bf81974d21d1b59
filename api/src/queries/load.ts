import DataLoader from 'dataloader'
import type { Snapshot } from '../database.ts'
import { prepared, type Sql } from '../sql.ts'
import { groupBy } from './group-by.ts'

type Key = string | number

type LoadOptions<K extends Key, Row> = {
  /** The rows of all these keys, in one statement. */
  read: (keys: readonly K[]) => Sql
  keyOf: (row: Row) => K
}

/** Loads the row of a key; the keys asked for together are read together, each once a request. */
export function loadOne<K extends Key, Row extends object>(
  snapshot: Snapshot,
  { read, keyOf }: LoadOptions<K, Row>,
): DataLoader<K, Row | undefined> {
  return new DataLoader(async (keys) => {
    const rows = new Map(
      (await snapshot.query<Row>(prepared(read(keys)))).map((row) => [keyOf(row), row]),
    )
    return keys.map((key) => rows.get(key))
  })
}

/** Loads the rows of a key, in the statement's order. */
export function loadMany<K extends Key, Row extends object>(
  snapshot: Snapshot,
  { read, keyOf }: LoadOptions<K, Row>,
): DataLoader<K, Row[]> {
  return new DataLoader(async (keys) => {
    const rows = groupBy(await snapshot.query<Row>(prepared(read(keys))), keyOf)
    return keys.map((key) => rows.get(key) ?? [])
  })
}

/** Loads a row that another row's reference proves to be there. */
export async function loadReferenced<K extends Key, Row>(
  loader: DataLoader<K, Row | undefined>,
  key: K,
): Promise<Row> {
  const row = await loader.load(key)
  if (row === undefined) throw new Error(`a row refers to ${key}, which is not there`)
  return row
}
