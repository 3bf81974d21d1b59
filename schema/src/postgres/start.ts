import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, realpathSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { lockFolder } from '@covenant/service/folder-lock'
import { Client } from 'pg'
import { findBinaries } from './binaries.ts'
import { ensureCluster, NAME } from './cluster.ts'
import { chooseLauncher, launch } from './launcher.ts'
import { endLeftover } from './leftover.ts'
import { removeSocketFolder, socketFolder } from './socket-folder.ts'
import { urlOf } from './url.ts'

export type StartOptions = {
  /** The folder (made with mode 0700 where it is missing) that is PostgreSQL's alone. */
  dir: string
  /** Gives up the start; stopping a running one is `stop`. */
  signal?: AbortSignal | undefined
  /** Told each line of PostgreSQL's log. */
  onLog?: ((line: string) => void) | undefined
}

export type Postgres = {
  /** Over a Unix socket; the same one at every start on this folder. */
  url: string
  pid: number
  /** Rejects when PostgreSQL ends without `stop`; resolves after it. */
  ended: Promise<void>
  /** A fast shutdown: running transactions are rolled back, all that is committed is on disk. Repeatable. */
  stop(): Promise<void>
}

/** How many lines of the log go into the error when PostgreSQL ends by itself. */
const LINES_KEPT = 5

/**
 * Starts the embedded PostgreSQL on `dir` and resolves when it answers; makes the cluster at the first start (1 s).
 *
 * It listens on a Unix socket in a folder of mode 0700 alone. A PostgreSQL that a killed parent left on the folder is
 * ended first; should this process be killed, the kernel asks PostgreSQL to shut down. Throws `FolderLocked` while
 * another living process has started one there.
 */
export async function startPostgres({ dir, signal, onLog }: StartOptions): Promise<Postgres> {
  const release = lockFolder(dir)
  try {
    return await startLocked({ dir: realpathSync(dir), signal, onLog }, release)
  } catch (error) {
    release()
    throw error
  }
}

async function startLocked(
  { dir, signal, onLog }: StartOptions,
  release: () => void,
): Promise<Postgres> {
  const binaries = await findBinaries()
  const { data, launcher } = await ensureCluster(dir, binaries, (folder) =>
    chooseLauncher(binaries, folder),
  )
  await endLeftover(data)
  const sockets = socketFolder(dir)
  if (launcher.kind === 'account') chownSync(sockets, launcher.uid, launcher.gid)
  signal?.throwIfAborted()

  const child = launch(launcher, binaries.postgres, ['-D', data, ...settings(sockets)], {
    onParentDeath: 'SIGINT',
  })
  const lines = keepLog(child, onLog)
  let stopping = false
  const over = new AbortController()
  const untilEnded = async () => {
    const [code, by] = (await once(child, 'close')) as [number | null, string | null]
    over.abort()
    removeSocketFolder(dir, sockets)
    release()
    if (!stopping) throw new Error(`PostgreSQL ended with ${code ?? by}: ${lines.join(' | ')}`)
  }
  const ended = untilEnded()
  // Whoever does not care for the end of it need not handle it.
  ended.catch(() => {})
  const stop = async () => {
    stopping = true
    child.kill('SIGINT')
    await ended
  }
  try {
    const calledOff = AbortSignal.any([over.signal, ...(signal ? [signal] : [])])
    await Promise.race([ended, untilItAnswers(sockets, calledOff)])
  } catch (error) {
    await stop().catch(() => {})
    throw error
  }
  return { url: urlOf(sockets, NAME), pid: child.pid!, ended, stop }
}

function settings(sockets: string): string[] {
  const values = {
    listen_addresses: '',
    unix_socket_directories: sockets,
    unix_socket_permissions: '0700',
    max_connections: '60',
    // There is one small database: no processes only for reading ahead, no compiled queries.
    io_method: 'sync',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '',
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** Resolves when PostgreSQL takes a connection; recovery after a crash may take its time. Makes the database. */
async function untilItAnswers(sockets: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    const client = new Client({ connectionString: urlOf(sockets, 'postgres') })
    client.on('error', () => {})
    try {
      await client.connect()
    } catch {
      await wait(20)
      continue
    }
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [NAME])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${NAME}`)
    await client.end()
    return
  }
}

/** The latest lines of the log, kept up to date. */
function keepLog(child: ChildProcess, onLog: StartOptions['onLog']): string[] {
  const lines: string[] = []
  createInterface({ input: child.stderr! }).on('line', (line) => {
    onLog?.(line)
    lines.push(line)
    if (lines.length > LINES_KEPT) lines.shift()
  })
  return lines
}
