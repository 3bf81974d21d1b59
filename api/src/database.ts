import type { Log } from '@covenant/service'
import { DatabaseError, Pool, type PoolClient, type QueryResult, types } from 'pg'
import { TookTooLong, Unavailable } from './errors.ts'
import { type Head, headQuery } from './queries/head.ts'
import { createGlances, type Glance } from './glance.ts'
import { type Sql, toQuery } from './sql.ts'

export type Database = {
  /** A view of the rows at one moment; nothing is read, and no connection taken, before it is asked. */
  snapshot(): Snapshot
  /**
   * The same without a transaction, for a third of its round trips: each statement says which block its
   * rows are of, and what is asked after another block has come throws `Moved`.
   */
  glance(): Glance
  close(): Promise<void>
}

/** All that is read through one snapshot is as of one block, however long the reading takes. */
export type Snapshot = {
  /** The block that the rows are of. Throws `Unavailable` where no block has been indexed yet. */
  head(): Promise<Head>
  /** The head, where anything has been read. */
  seenHead(): Head | undefined
  /** Throws `Unavailable` where the database does not answer, `TookTooLong` where it gave up. */
  query<Row extends object>(statement: Sql): Promise<Row[]>
  /** Gives the connection back. What is asked afterwards is refused. */
  close(): Promise<void>
}

/** No caller waits longer than this for one statement. */
const STATEMENT_TIMEOUT_MS = 5_000
/** A request that finds every connection busy for this long is told to come again. */
const CONNECT_TIMEOUT_MS = 5_000
const MAX_CONNECTIONS = 10

/** Told of each statement, by its text, and how long it took. */
export type OnStatement = (text: string, seconds: number) => void

export function openDatabase(url: string, log: Log, onStatement?: OnStatement): Database {
  const pool = new Pool({
    connectionString: url,
    application_name: 'covenant-api',
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    types: { getTypeParser },
  })
  // An idle connection that breaks (the database restarts) is replaced by the next request's.
  pool.on('error', (error) => log.warn('a connection to the database broke', { error }))
  const glance = createGlances(pool, onStatement)
  return { snapshot: () => createSnapshot(pool, onStatement), glance, close: () => pool.end() }
}

function createSnapshot(pool: Pool, onStatement?: OnStatement): Snapshot {
  let opening: Promise<{ client: PoolClient; head: Head | undefined }> | undefined
  let head: Head | undefined
  let closed = false
  // A connection takes one statement at a time.
  let previous: Promise<unknown> = Promise.resolve()

  const open = async () => {
    const client = await pool.connect()
    try {
      // One round trip: several statements without parameters are answered together.
      const results = (await client.query(
        `begin isolation level repeatable read read only; ${headQuery}`,
      )) as unknown as QueryResult[]
      head = results[1]?.rows[0] as Head | undefined
      return { client, head }
    } catch (error) {
      client.release(true)
      throw error
    }
  }
  const opened = () => {
    if (closed) throw new Unavailable('The request has ended.')
    return (opening ??= open())
  }

  return {
    async head() {
      const { head } = await translated(opened)
      if (!head) throw new Unavailable('No block of the chain has been indexed yet.')
      return head
    },
    seenHead: () => head,
    query: <Row extends object>(statement: Sql) => {
      const run = async () => {
        const { client } = await opened()
        const asked = toQuery(statement)
        const from = performance.now()
        try {
          return (await client.query<Row>(asked)).rows
        } finally {
          onStatement?.(asked.text, (performance.now() - from) / 1_000)
        }
      }
      const result = previous.then(() => translated(run))
      previous = result.catch(() => undefined)
      return result
    },
    async close() {
      if (closed) return
      closed = true
      await previous
      const client = await opening?.then(
        ({ client }) => client,
        () => undefined,
      )
      await client?.query('commit').then(
        () => client.release(),
        () => client.release(true),
      )
    },
  }
}

/** The driver's errors in the words of this package. */
export async function translated<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof Unavailable || error instanceof TypeError) throw error
    if (!(error instanceof DatabaseError)) {
      // No answer from the server at all: it is away, or all connections are busy.
      throw new Unavailable('The database does not answer.', { cause: error })
    }
    if (error.code === QUERY_CANCELED) {
      throw new TookTooLong('The database took too long.', { cause: error })
    }
    if (UNAVAILABLE_CODES.some((code) => error.code?.startsWith(code))) {
      throw new Unavailable('The database does not answer.', { cause: error })
    }
    if (error.code === UNDEFINED_TABLE) {
      throw new Unavailable('The database has no tables yet: the indexer makes them.', {
        cause: error,
      })
    }
    throw error
  }
}

const QUERY_CANCELED = '57014'
const UNDEFINED_TABLE = '42P01'
/** Connection exceptions, too many connections, shutting down or starting up. */
const UNAVAILABLE_CODES = ['08', '53300', '57P']

type TypeParser = (text: string) => unknown
type GetTypeParser = (oid: number, format?: 'text' | 'binary') => TypeParser

/** 64-bit whole numbers on this chain stay below 2^53; amounts stay the decimal text they come as. */
const getTypeParser: GetTypeParser = (oid, format) =>
  // The driver's function takes any type's number; its own declaration knows only some.
  oid === INT8 ? Number : (types.getTypeParser as GetTypeParser)(oid, format)

const INT8: number = types.builtins.INT8
