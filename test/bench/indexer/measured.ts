import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '@covenant/schema/db'
import type { TestPostgres } from '@covenant/schema/testing'
import type { Pool } from 'pg'
import { cpuSeconds, message } from '../measure.ts'
import type { Engine } from './engines.ts'
import { type Digest, digest } from './same-rows.ts'

export type Measured = {
  /** From the first rows seen to the last, so that how long it takes to start does not count. */
  blocksPerSecond: number
  /** Of its process, and of all of PostgreSQL's meanwhile; in ms a block. */
  cpu: number
  postgresCpu: number
  peakMemory: number
  /** From each block that the chain grew by until its row could be read, in ms. */
  delays: number[]
  /** What was written. */
  rows: Digest
}

type Run = {
  engine: Engine
  postgres: TestPostgres
  /** How far the chain has come at first, and by how many blocks it then grows. */
  blocks: number
  growth: number
  say: (line: string) => void
}

/** Has one engine read a recorded chain of its own into a database of its own, and then follow it. */
export async function measure({ engine, postgres, blocks, growth, say }: Run): Promise<Measured> {
  const database = await postgres.createDatabase()
  const db = openDatabase(database, { connections: 2 })
  const children: ChildProcess[] = []
  const start = (file: string, args: string[], env: Record<string, string> = {}) => {
    const stdio = ['ignore', 2, 2, 'ipc'] as const
    const child = fork(file, args, { env: { ...process.env, ...env }, stdio: [...stdio] })
    children.push(child)
    return child
  }
  try {
    if (engine.prepare !== undefined) await db.pool.query(engine.prepare)
    say(`${engine.name}: recording ${blocks} blocks`)
    const rpc = start(join(import.meta.dirname, 'rpc.ts'), [String(blocks)])
    const { port } = (await message(rpc)) as { port: number }

    say(`${engine.name}: indexing them`)
    const at = { rpcPort: port, database }
    const child = start(engine.file, engine.args(at), engine.env(at))
    const reaches = (height: number, everyMs: number) =>
      untilRow({ pool: db.pool, engine, child, height, everyMs })
    const first = await reaches(0, 5)
    const before = await snapshot(child, db.pool)
    const last = await reaches(blocks, 5)
    const after = await snapshot(child, db.pool)
    const done = last - first

    say(`${engine.name}: growing by ${growth} blocks`)
    const delays: number[] = []
    for (let height = blocks + 1; height <= blocks + growth; height += 1) {
      const grown = performance.now()
      rpc.send('grow')
      await reaches(height, 1)
      delays.push(performance.now() - grown)
    }
    if (engine.finish !== undefined) await db.pool.query(engine.finish)
    return {
      blocksPerSecond: done / (after.seconds - before.seconds),
      cpu: ((after.cpu - before.cpu) / done) * 1_000,
      postgresCpu: ((after.postgresCpu - before.postgresCpu) / done) * 1_000,
      peakMemory: after.peakMemory,
      delays,
      rows: await digest(db, engine.rows),
    }
  } finally {
    for (const child of children) {
      const ended = once(child, 'exit')
      if (child.exitCode === null && child.kill('SIGKILL')) await ended
    }
    await db.close()
  }
}

type Wait = { pool: Pool; engine: Engine; child: ChildProcess; height: number; everyMs: number }

/** Asks for the last block's row again and again, the same way of every engine; returns its height. */
async function untilRow({ pool, engine, child, height, everyMs }: Wait): Promise<number> {
  const table = `${engine.schema}.blocks`
  const isThere = async () =>
    (await pool.query<{ name: string | null }>('SELECT to_regclass($1) AS name', [table])).rows[0]
      ?.name !== null
  const last = async () =>
    (
      await pool.query<{ height: number | null }>(
        `SELECT max(height)::bigint AS height FROM ${table}`,
      )
    ).rows[0]?.height ?? -1
  let hasTable = false
  for (;;) {
    hasTable ||= await isThere()
    const reached = hasTable ? await last() : -1
    if (reached >= height) return reached
    if (child.exitCode !== null) throw new Error(`${engine.name} ended (exit ${child.exitCode})`)
    await sleep(everyMs)
  }
}

async function snapshot(child: ChildProcess, pool: Pool) {
  return {
    seconds: performance.now() / 1_000,
    cpu: cpuSeconds(child),
    postgresCpu: await postgresSeconds(pool),
    peakMemory: peakMemory(child),
  }
}

/** The processor time of all of PostgreSQL's processes so far: those that ended are counted by their parent. */
async function postgresSeconds(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ dir: string }>(
    `SELECT current_setting('data_directory') AS dir`,
  )
  const pid = Number(
    readFileSync(join(rows[0]?.dir ?? '', 'postmaster.pid'), 'utf8').split('\n')[0],
  )
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  const living = children.map((child) => cpuSeconds({ pid: Number(child) }))
  return living.reduce((sum, seconds) => sum + seconds, cpuSeconds({ pid }, { ended: true }))
}

/** proc(5), in MiB. */
function peakMemory({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1_024
}
