import { Pool, types } from 'pg'
import type { PrismaClient } from './generated/client.ts'

export { IncompatibleDatabase, migrate } from './migrations/migrate.ts'
export { HEAD_CHANNEL } from './head-channel.ts'
export { DatabaseUnreachable } from './unreachable.ts'
export type * from './generated/client.ts'

export type Database = {
  /**
   * Plain SQL. Through it a bigint column is a `number` (an Error where it is beyond 2^53), numeric a `bigint`,
   * bytea a Buffer, jsonb its value.
   */
  pool: Pool
  /**
   * The Prisma client over the same connections; for queries that need not be quick. It is loaded at the first call:
   * a process that never asks does not pay the 30 MB for it.
   */
  prisma(): Promise<PrismaClient>
  close(): Promise<void>
}

export type OpenDatabaseOptions = {
  /** How many connections there are at most. @default 10 */
  connections?: number
  /** Sends statements without waiting for the answers of those before them. @default false */
  pipeline?: boolean
  /** Told of a connection that broke while nobody used it; the pool replaces it. */
  onError?: (error: Error) => void
}

/** Opens the database at `url` (`postgresql://…`); nothing is connected before the first query. */
export function openDatabase(url: string, options: OpenDatabaseOptions = {}): Database {
  const pool = new Pool({
    connectionString: url,
    max: options.connections ?? 10,
    pipeline: options.pipeline ?? false,
    types: { getTypeParser },
  })
  pool.on('error', (error) => options.onError?.(error))
  let prisma: Promise<PrismaClient> | undefined
  return {
    pool,
    prisma: () => (prisma ??= loadPrisma(pool)),
    async close() {
      await (await prisma)?.$disconnect()
      await pool.end()
    },
  }
}

async function loadPrisma(pool: Pool): Promise<PrismaClient> {
  const [{ PrismaClient }, { PrismaPg }] = await Promise.all([
    import('./generated/client.ts'),
    import('@prisma/adapter-pg'),
  ])
  return new PrismaClient({ adapter: new PrismaPg(pool) })
}

type TypeParser = (text: string) => unknown
type GetTypeParser = (oid: number, format?: 'text' | 'binary') => TypeParser

const ownParsers = new Map<number, TypeParser>([
  [types.builtins.INT8, parseSafeInteger],
  [types.builtins.NUMERIC, parseAmount],
])

const getTypeParser: GetTypeParser = (oid, format) => {
  const own = format === 'binary' ? undefined : ownParsers.get(oid)
  // By its types pg's function takes only the numbers of its own enum; in truth it takes any.
  return own ?? (types.getTypeParser as GetTypeParser)(oid, format)
}

function parseSafeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value))
    throw new RangeError(`${text} is beyond what a number can hold exactly`)
  return value
}

/** Amounts are whole; what SQL computes may carry digits behind the point. */
function parseAmount(text: string): bigint | string {
  return /^-?\d+$/.test(text) ? BigInt(text) : text
}
