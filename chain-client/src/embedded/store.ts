import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Hex } from '@covenant/schema/hash'
import { toBytes, toHex } from './scale.ts'
import { CODE_KEY, type Changes, type State } from './state.ts'

export type StoredBlock = {
  number: number
  hash: Hex
  parentHash: Hex
  /** SCALE, as it was hashed. */
  header: Hex
}

export type NewBlock = StoredBlock & { extrinsics: Hex[]; changes: Changes }

/** The blocks of one chain and the storage after each of them, in one file on disk. */
export type Store = {
  /** The last block; undefined in a new store. */
  head(): StoredBlock | undefined
  byNumber(number: number): StoredBlock | undefined
  byHash(hash: Hex): StoredBlock | undefined
  extrinsics(number: number): Hex[]
  /** Storage after the block of that number. */
  stateAt(number: number): State
  /** The block by which the runtime that ran in `number` was put in place. */
  codeSetAt(number: number): number
  /** The keys that a block changed, as the block left them. */
  changesOf(number: number): Changes
  /**
   * Adds the next block. It is on disk, whatever happens to the process or the machine, when this
   * returns, and nothing of it is when this throws.
   */
  append(block: NewBlock): void
  close(): void
}

/** The folder holds something that this program cannot go on with. */
export class UnusableFolder extends Error {
  override name = 'UnusableFolder'
}

const FILE = 'chain.sqlite'
/** "CovC": tells our files from other SQLite databases. */
const APPLICATION_ID = 0x436f7643
/** Raised whenever the tables change their meaning. */
const FORMAT = 1

/*
 * A value is stored once per change, under the number of the block that changed it. So the storage
 * of any block is one indexed look-up a key, however long the chain is, and the runtime is stored
 * once. A null value marks a removed key.
 */
const TABLES = `
  CREATE TABLE block (
    number INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    header BLOB NOT NULL,
    parent_hash BLOB NOT NULL,
    extrinsics TEXT NOT NULL
  ) STRICT;
  CREATE TABLE state (
    key BLOB NOT NULL,
    number INTEGER NOT NULL,
    value BLOB,
    PRIMARY KEY (key, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX state_by_number ON state (number);
`

/** Opens the store in `folder`, which exists; makes a new one there if it has none. Throws {@link UnusableFolder}. */
export function openStore(folder: string): Store {
  const file = join(folder, FILE)
  const isNew = !existsSync(file)
  const database = new DatabaseSync(file)
  try {
    // The log is synced at each commit, so a block that was announced outlives even a power cut.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    checkFormat(database, file, isNew)
  } catch (error) {
    database.close()
    throw asUnusable(error, file)
  }
  return storeOn(database)
}

function checkFormat(database: DatabaseSync, file: string, isNew: boolean): void {
  const pragma = (name: string) =>
    Number(Object.values(database.prepare(`PRAGMA ${name}`).get()!)[0])
  const tables = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()!['n']
  const [application, format] = [pragma('application_id'), pragma('user_version')]
  // A process killed while it made the file leaves an empty one.
  if (isNew || (tables === 0 && application === 0)) {
    database.exec(`BEGIN; ${TABLES}
      PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT}; COMMIT`)
    return
  }
  if (application !== APPLICATION_ID) {
    throw new UnusableFolder(`${file} is not a chain's database; choose another folder`)
  }
  if (format !== FORMAT) {
    throw new UnusableFolder(
      `${file} has format ${format} and this program reads format ${FORMAT}; ` +
        'use the program that wrote it, or begin a new chain in another folder',
    )
  }
}

function asUnusable(error: unknown, file: string): unknown {
  const isForeign = error instanceof Error && /not a database|malformed/.test(error.message)
  if (!isForeign) return error
  return new UnusableFolder(`${file} is damaged or not a chain's database; choose another folder`)
}

type Row = Record<string, unknown>

function storeOn(database: DatabaseSync): Store {
  const query = {
    head: database.prepare('SELECT * FROM block ORDER BY number DESC LIMIT 1'),
    byNumber: database.prepare('SELECT * FROM block WHERE number = ?'),
    byHash: database.prepare('SELECT * FROM block WHERE hash = ?'),
    addBlock: database.prepare('INSERT INTO block VALUES (?, ?, ?, ?, ?)'),
    value: database.prepare(
      'SELECT value FROM state WHERE key = ? AND number <= ? ORDER BY number DESC LIMIT 1',
    ),
    setAt: database.prepare(
      'SELECT max(number) AS number FROM state WHERE key = ? AND number <= ?',
    ),
    nextKey: database.prepare('SELECT key FROM state WHERE key > ? ORDER BY key LIMIT 1'),
    changes: database.prepare('SELECT key, value FROM state WHERE number = ?'),
    addValue: database.prepare('INSERT INTO state VALUES (?, ?, ?)'),
  }
  const codeKey = toBytes(CODE_KEY)

  const valueAt = (key: Uint8Array, number: number): Uint8Array | undefined =>
    (query.value.get(key, number)?.['value'] ?? undefined) as Uint8Array | undefined

  const stateAt = (number: number): State => ({
    get: (key) => {
      const value = valueAt(toBytes(key), number)
      return value && toHex(value)
    },
    nextKey: (key) => {
      let next: Uint8Array | undefined = toBytes(key)
      // Keys that are gone by this block, or came after it, are passed over.
      do next = query.nextKey.get(next)?.['key'] as Uint8Array | undefined
      while (next && valueAt(next, number) === undefined)
      return next && toHex(next)
    },
  })

  const inTransaction = (write: () => void) => {
    database.exec('BEGIN IMMEDIATE')
    try {
      write()
      database.exec('COMMIT')
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }

  return {
    head: () => asBlock(query.head.get()),
    byNumber: (number) => asBlock(query.byNumber.get(number)),
    byHash: (hash) => asBlock(query.byHash.get(toBytes(hash))),
    extrinsics: (number) =>
      JSON.parse((query.byNumber.get(number)?.['extrinsics'] ?? '[]') as string) as Hex[],
    stateAt,
    codeSetAt: (number) => query.setAt.get(codeKey, number)!['number'] as number,
    changesOf: (number) => {
      const pair = ({ key, value }: Row): [Hex, Hex | null] => [
        toHex(key as Uint8Array),
        value === null ? null : toHex(value as Uint8Array),
      ]
      return new Map(query.changes.all(number).map(pair))
    },
    append: ({ number, hash, header, parentHash, extrinsics, changes }) =>
      inTransaction(() => {
        const parent = stateAt(number - 1)
        query.addBlock.run(
          number,
          toBytes(hash),
          toBytes(header),
          toBytes(parentHash),
          JSON.stringify(extrinsics),
        )
        for (const [key, value] of changes) {
          if ((parent.get(key) ?? null) === value) continue
          query.addValue.run(toBytes(key), number, value === null ? null : toBytes(value))
        }
      }),
    close: () => database.close(),
  }
}

function asBlock(row: Row | undefined): StoredBlock | undefined {
  return (
    row && {
      number: row['number'] as number,
      hash: toHex(row['hash'] as Uint8Array),
      parentHash: toHex(row['parent_hash'] as Uint8Array),
      header: toHex(row['header'] as Uint8Array),
    }
  )
}
