import { inconsistent } from '../errors.ts'
import { toJson } from './json.ts'
import type { Transaction } from './transaction.ts'

export type Table<Row> = {
  name: string
  /** What a row of it is, for messages. */
  one: string
  /** What tells its rows apart; all that share the first field are found together. */
  key: readonly (keyof Row & string)[]
  /** The columns of a row that is read, where some never change and are too long to be read for nothing. */
  read?: string
  /** Those fields: they are written with a new row, and never again. */
  fixed?: readonly (keyof Row & string)[]
}

/** Rows of one table in memory: read once it is known which are needed, changed here, written together. */
export type Rows<Row> = {
  /** Reads the rows that have these values of the key's first fields, or of all. What is here already stays. */
  load(keys: Partial<Row>[]): Promise<void>
  find(...key: Key): Row | undefined
  /** Throws `Inconsistent` where there is none: the rows do not follow the chain. */
  get(...key: Key): Row
  /** Those here that share the key's first field. */
  sharing(first: KeyPart): Row[]
  /** Throws `Inconsistent` where there is one with that key. */
  insert(row: Row): void
  change(row: Row, changes: Partial<Row>): void
  delete(row: Row): void
  /** Writes what has changed since the last time, with one statement each for what is gone, new and other. */
  write(): Promise<void>
}

type KeyPart = number | string
type Key = KeyPart[]
type Entry<Row> = { row: Row; isStored: boolean; isDeleted: boolean }

export function createRows<Row extends object>(
  transaction: Transaction,
  { name, one, key: fields, read = '*', fixed = [] }: Table<Row>,
): Rows<Row> {
  /** By the key's first field, then by all of it. */
  const entries = new Map<KeyPart, Map<string, Entry<Row>>>()
  const changed = new Set<Entry<Row>>()

  const place = (key: Key) => `${one} ${key.join('/')}`
  const keyOf = (row: Row) => fields.map((field) => row[field]) as Key
  const entryAt = (key: Key) => entries.get(first(key))?.get(key.join('/'))
  const add = (entry: Entry<Row>) => {
    const key = keyOf(entry.row)
    const sharing = entries.get(first(key)) ?? new Map<string, Entry<Row>>()
    entries.set(first(key), sharing.set(key.join('/'), entry))
    return entry
  }
  const stillThere = (key: Key) => {
    const entry = entryAt(key)
    if (entry !== undefined && !entry.isDeleted) return entry
    throw inconsistent(`an event changes ${place(key)}, which is not there`)
  }
  const send = async (sql: string, rows: Row[]) => {
    if (rows.length > 0) await transaction.query(sql, [toJson(rows.map(toColumns))])
  }

  const records = `jsonb_populate_recordset(NULL::${name}, $1)`
  const columnsOf = (row: object) => Object.keys(row).map(toColumn).toSorted()
  const isSame = fields.map(toColumn).map((column) => `old.${column} = new.${column}`)
  const never = new Set([...fields, ...fixed].map(toColumn))
  const assignments = (row: Row) =>
    columnsOf(row)
      .filter((column) => !never.has(column))
      .map((column) => `${column} = new.${column}`)

  return {
    async load(keys) {
      const [asked] = keys
      if (asked === undefined) return
      const given = columnsOf(asked).join(', ')
      const { rows } = await transaction.query<object>(
        `SELECT ${read} FROM ${name} WHERE (${given}) IN (SELECT ${given} FROM ${records})`,
        [toJson(keys.map(toColumns))],
      )
      for (const columns of rows) {
        const row = toFields(columns) as Row
        if (entryAt(keyOf(row)) === undefined) add({ row, isStored: true, isDeleted: false })
      }
    },

    find(...key) {
      const entry = entryAt(key)
      return entry === undefined || entry.isDeleted ? undefined : entry.row
    },

    get: (...key) => stillThere(key).row,

    sharing: (part) =>
      [...(entries.get(part)?.values() ?? [])]
        .filter(({ isDeleted }) => !isDeleted)
        .map(({ row }) => row),

    insert(row) {
      const key = keyOf(row)
      const before = entryAt(key)
      if (before !== undefined && !before.isDeleted) {
        throw inconsistent(`an event makes ${place(key)}, which is there already`)
      }
      // One that was deleted since the last write is a row that changes.
      if (before !== undefined) changed.delete(before)
      changed.add(add({ row, isStored: before?.isStored ?? false, isDeleted: false }))
    },

    change(row, changes) {
      changed.add(stillThere(keyOf(row)))
      Object.assign(row, changes)
    },

    delete(row) {
      const entry = stillThere(keyOf(row))
      entry.isDeleted = true
      changed.add(entry)
    },

    async write() {
      const rowsThat = (are: (entry: Entry<Row>) => boolean) =>
        [...changed].filter(are).map(({ row }) => row)
      const gone = rowsThat(({ isStored, isDeleted }) => isStored && isDeleted)
      const fresh = rowsThat(({ isStored, isDeleted }) => !isStored && !isDeleted)
      const other = rowsThat(({ isStored, isDeleted }) => isStored && !isDeleted)
      const where = `WHERE ${isSame.join(' AND ')}`
      await send(`DELETE FROM ${name} AS old USING ${records} AS new ${where}`, gone)
      await send(`INSERT INTO ${name} SELECT * FROM ${records}`, fresh)
      if (other[0] !== undefined) {
        const set = assignments(other[0]).join(', ')
        await send(`UPDATE ${name} AS old SET ${set} FROM ${records} AS new ${where}`, other)
      }
      for (const entry of changed) {
        const key = keyOf(entry.row)
        if (entry.isDeleted) entries.get(first(key))?.delete(key.join('/'))
        entry.isStored = true
      }
      changed.clear()
    },
  }
}

function first(key: Key): KeyPart {
  const [part] = key
  if (part === undefined) throw new RangeError('a key has a first field')
  return part
}

const columns = new Map<string, string>()
const fieldNames = new Map<string, string>()

/** `nodeId` for the column `node_id`, as in the Prisma schema. */
function toField(column: string): string {
  const known = fieldNames.get(column)
  if (known !== undefined) return known
  const field = column.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  fieldNames.set(column, field)
  return field
}

function toColumn(field: string): string {
  const known = columns.get(field)
  if (known !== undefined) return known
  const column = field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  columns.set(field, column)
  return column
}

const toFields = (row: object) => renamed(row, toField)
const toColumns = (row: object) => renamed(row, toColumn)

function renamed(row: object, rename: (name: string) => string): object {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [rename(name), value]))
}
