import type { Log } from '@covenant/service'
import { HEAD_CHANNEL } from '@covenant/schema/head-channel'
import { Client } from 'pg'
import type { Database, Snapshot } from './database.ts'
import type { Head } from './queries/head.ts'
import { type Change, type Version, versionOf } from './queries/work.ts'
import { sql } from './sql.ts'

/** What has changed, known without asking the database. */
export type Changes = {
  /** The block that everything here is as of; null while the rows cannot be followed. */
  head(): Head | null
  /** Which change of a node's contracts is the latest. */
  ofNode(node: number): Version
  /** Resolves once that is another than `version`, after `ms`, or when `signal` aborts. */
  untilChanged(
    node: number,
    wait: { version: Version; ms: number; signal: AbortSignal },
  ): Promise<void>
  /** Told of each new head, and after which height rows may have changed; null where that is not known. Returns what ends it. */
  onHead(listener: HeadListener): () => void
  /** Told when nothing comes any more. Returns what ends it. */
  onClosed(listener: () => void): () => void
  isClosed(): boolean
  close(): Promise<void>
}

export type HeadListener = (head: Head, since: number | null) => void

export type ChangesOptions = {
  database: Database
  /** The database's URL, for a connection of its own to listen on. */
  url: string
  log: Log
}

/** How soon a lost connection is made again; also how often one asks that cannot be told. */
const RETRY_MS = 1_000
const CONNECT_TIMEOUT_MS = 5_000

/**
 * Follows the head by PostgreSQL's notifications, and reads at each new one which nodes have changed:
 * one statement a block, however many nodes ask.
 */
export function followChanges({ database, url, log }: ChangesOptions): Changes {
  let head: Head | null = null
  const latest = new Map<number, Change>()
  const waiting = new Map<number, Set<() => void>>()
  const listeners = new Set<HeadListener>()
  const closing = new AbortController()

  async function read(snapshot: Snapshot): Promise<void> {
    const next = await snapshot.head()
    const before =
      head?.genesis_hash === next.genesis_hash && head.index_id === next.index_id ? head : null
    if (before?.hash === next.hash) {
      head = next
      return
    }
    const common = before && (await commonHeight(snapshot, before))
    // Rows that begin anew have changed altogether.
    const since = common !== null && common <= next.height ? common : null
    // What was changed above it may have been undone; what is there now is asked for.
    const doubtful = [...latest].flatMap(([node, { height }]) =>
      height > (since ?? -1) ? [node] : [],
    )
    const changed = await readChanges(snapshot, { since: since ?? -1, nodes: doubtful })
    for (const node of doubtful) latest.delete(node)
    for (const { node_id: node, ...change } of changed) latest.set(node, change)
    head = next
    for (const node of new Set([...doubtful, ...changed.map((row) => row.node_id)])) wake(node)
    for (const listener of listeners) listener(next, since)
  }

  /** One reading at a time; news that come meanwhile are read once more after it. */
  const refresh = inTurn(async () => {
    if (closing.signal.aborted) return
    const snapshot = database.snapshot()
    try {
      await read(snapshot)
    } catch (error) {
      if (head !== null) log.warn('the head cannot be followed', { error })
      forget()
    } finally {
      await snapshot.close()
    }
  })

  /** What is not followed any more may have changed: whoever waits asks the database. */
  function forget() {
    head = null
    for (const node of [...waiting.keys()]) wake(node)
  }

  function wake(node: number) {
    const waiters = waiting.get(node)
    waiting.delete(node)
    for (const wake of waiters ?? []) wake()
  }

  const following = follow({ url, signal: closing.signal, onNews: refresh, onLost: forget })

  return {
    head: () => head,
    ofNode: (node) => versionOf(latest.get(node)),
    untilChanged: async (node, { version, ms, signal }) => {
      if (head === null || versionOf(latest.get(node)) !== version) return
      if (signal.aborted || closing.signal.aborted) return
      await new Promise<void>((resolve) => {
        const waiters = waiting.get(node) ?? new Set()
        waiting.set(node, waiters)
        const end = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', end)
          waiters.delete(end)
          if (waiters.size === 0 && waiting.get(node) === waiters) waiting.delete(node)
          resolve()
        }
        const timer = setTimeout(end, ms)
        signal.addEventListener('abort', end)
        waiters.add(end)
      })
    },
    onHead(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    onClosed(listener) {
      closing.signal.addEventListener('abort', listener)
      return () => closing.signal.removeEventListener('abort', listener)
    },
    isClosed: () => closing.signal.aborted,
    async close() {
      closing.abort()
      forget()
      await following
      // Nothing new begins now; what is being read ends before the database does.
      await refresh()
    },
  }
}

/** The height up to which the rows that `before` was the head of are those of now. */
async function commonHeight(snapshot: Snapshot, before: Head): Promise<number> {
  const [block] = await snapshot.query<{ hash: string }>(
    sql`select hash from blocks where height = ${before.height}::bigint`,
  )
  if (block?.hash === before.hash) return before.height
  // Another branch has replaced it, of blocks that were not final: those before it stay.
  return Math.min(before.height, before.finalized_height)
}

/** The latest change of each node that has one after a height, and of these nodes. */
async function readChanges(
  snapshot: Snapshot,
  { since, nodes }: { since: number; nodes: number[] },
): Promise<({ node_id: number } & Change)[]> {
  return await snapshot.query(sql`
    select node_id, changed.height, hash from
      (select node_id, max(changed_height) as height from contracts
      where changed_height > ${since}::bigint or node_id = any(${nodes}::bigint[])
      group by node_id) changed
    left join blocks on blocks.height = changed.height`)
}

/** Runs `work` again for calls that come while it runs, however many, once. */
function inTurn(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let again = false
  const run = async () => {
    do {
      again = false
      await work()
    } while (again)
    running = undefined
  }
  return () => {
    again = running !== undefined
    return (running ??= run())
  }
}

type Follow = {
  url: string
  signal: AbortSignal
  onNews: () => Promise<void>
  onLost: () => void
}

/** Listens, over one connection after another, until `signal` aborts. */
async function follow({ onNews, onLost, ...options }: Follow): Promise<void> {
  const { signal } = options
  while (!signal.aborted) {
    const hears = await listen({ ...options, onNews }).catch(() => false)
    if (signal.aborted) return
    // A read replica tells nobody of anything: it is asked.
    if (hears) onLost()
    else await onNews()
    await pause(RETRY_MS, signal)
  }
}

/** Resolves when the connection has ended: whether anything could be heard on it. */
async function listen({ url, signal, onNews }: Omit<Follow, 'onLost'>): Promise<boolean> {
  const client = new Client({
    connectionString: url,
    application_name: 'covenant-api news',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  const ended = new Promise<void>((resolve) => client.once('end', resolve))
  // It ends then, which is all that matters.
  client.on('error', () => undefined)
  // A connection that is only being made cannot be ended: it is waited for.
  await client.connect()
  const end = () => void client.end()
  signal.addEventListener('abort', end)
  try {
    if (signal.aborted) return true
    client.on('notification', () => void onNews())
    await client.query(`listen ${HEAD_CHANNEL}`)
    // What came before anything could be heard.
    await onNews()
    await ended
    return true
  } finally {
    signal.removeEventListener('abort', end)
    await client.end()
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}
