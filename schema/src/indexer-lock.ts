import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'pg'

/** Two numbers of our own among PostgreSQL's advisory locks. */
const LOCK = [0x636f76, 1] as const
const RETRY_MS = 1_000

/**
 * Shows in the database that an indexer runs, for as long as it does: a lock that PostgreSQL takes
 * back by itself when the process or its connection is gone. It is shared: it keeps nobody out.
 *
 * Resolves once it is held; held again after a lost connection. Returns what gives it back.
 */
export async function holdIndexerLock(url: string): Promise<() => Promise<void>> {
  const stopping = new AbortController()
  const held = Promise.withResolvers<void>()
  const holding = (async () => {
    while (!stopping.signal.aborted) {
      await holdOnce(url, { signal: stopping.signal, onHeld: held.resolve }).catch(() => undefined)
      await wait(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
    held.resolve()
  })()
  await held.promise
  return async () => {
    stopping.abort()
    await holding
  }
}

type Hold = { signal: AbortSignal; onHeld: () => void }

/** Resolves or rejects when the connection has ended. */
async function holdOnce(url: string, { signal, onHeld }: Hold): Promise<void> {
  const client = new Client({ connectionString: url, application_name: 'covenant-indexer lock' })
  const ended = new Promise<void>((resolve) => client.once('end', resolve))
  client.on('error', () => undefined)
  await client.connect()
  const end = () => void client.end()
  signal.addEventListener('abort', end)
  try {
    await client.query('SELECT pg_advisory_lock_shared($1, $2)', [...LOCK])
    onHeld()
    if (!signal.aborted) await ended
  } finally {
    signal.removeEventListener('abort', end)
    await client.end()
  }
}

/** SQL for whether an indexer runs; a read replica, which cannot know, says that one does. */
export const INDEXER_RUNS = `pg_is_in_recovery() or exists (select from pg_locks
  where locktype = 'advisory' and classid = ${LOCK[0]} and objid = ${LOCK[1]} and objsubid = 2 and granted
    and database = (select oid from pg_database where datname = current_database()))`
