import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HEAD_CHANNEL, openDatabase } from '@covenant/schema/db'
import { startTestPostgres } from '@covenant/schema/testing'
import type { PoolClient } from 'pg'
import { cpuSeconds, message, median, quantile } from '../measure.ts'
import type { Bench } from '../run.ts'
import { EVENTS_PER_BLOCK } from './story.ts'

const BLOCKS = Number(process.env['BENCH_BLOCKS'] ?? 20_000)
const GROWTH = 100
const HERE = import.meta.dirname
const INDEXER = join(HERE, '../../../indexer/src/main.ts')

/** How fast a chain is read that is there already, and how soon a new block is in the rows. */
export async function bench(say: (line: string) => void): Promise<Bench> {
  const postgres = await startTestPostgres()
  const children: ChildProcess[] = []
  try {
    const url = await postgres.createDatabase()
    const start = (file: string, args: string[]) => {
      const env = { ...process.env, DATABASE_URL: url, COVENANT_LOG: 'warn' }
      const child = fork(file, args, { env })
      children.push(child)
      return child
    }
    say(`recording ${BLOCKS} blocks`)
    const rpc = start(join(HERE, 'rpc.ts'), [String(BLOCKS)])
    const { port } = (await message(rpc)) as { port: number }
    const db = openDatabase(url, { connections: 2 })
    const listener = await db.pool.connect()
    await listener.query(`LISTEN ${HEAD_CHANNEL}`)

    say('indexing them')
    const from = performance.now()
    const indexer = start(INDEXER, [`--chain=ws://127.0.0.1:${port}`])
    await untilHead(listener, BLOCKS)
    const seconds = (performance.now() - from) / 1_000
    const cpu = cpuSeconds(indexer)
    const { rows } = await db.pool.query<{ count: number }>('SELECT count(*) AS count FROM events')
    const events = rows[0]?.count ?? 0
    assert.ok(events > (BLOCKS - 2) * EVENTS_PER_BLOCK, `${events} events`)
    const peak = peakMemory(indexer)

    say(`growing by ${GROWTH} blocks`)
    const delays: number[] = []
    for (let height = BLOCKS + 1; height <= BLOCKS + GROWTH; height += 1) {
      const grown = performance.now()
      rpc.send('grow')
      await untilHead(listener, height)
      delays.push(performance.now() - grown)
    }
    listener.release()
    await db.close()
    return {
      what: `${BLOCKS} blocks with ${EVENTS_PER_BLOCK} of our events each, from a JSON-RPC of 2 ms latency into PostgreSQL; then ${GROWTH} blocks more, one at a time`,
      figures: [
        { name: 'backfill, start included', value: BLOCKS / seconds, unit: 'blocks/s' },
        { name: 'events', value: events / seconds, unit: 'events/s' },
        { name: "the indexer's processor time", value: (cpu / BLOCKS) * 1_000, unit: 'ms a block' },
        { name: "the indexer's peak memory", value: peak, unit: 'MiB' },
        { name: 'from a finalised block to its rows, median', value: median(delays), unit: 'ms' },
        { name: 'the same, 95 of 100', value: quantile(delays, 0.95), unit: 'ms' },
      ],
    }
  } finally {
    for (const child of children) {
      const ended = once(child, 'exit')
      if (child.exitCode === null && child.kill()) await ended
    }
    await postgres.stop()
  }
}

async function untilHead(listener: PoolClient, height: number): Promise<void> {
  const indexed = async () => {
    const { rows } = await listener.query<{ height: number }>('SELECT height FROM head')
    return rows[0]?.height ?? -1
  }
  while ((await indexed()) < height) await once(listener, 'notification')
}

/** proc(5), in MiB. */
function peakMemory({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1_024
}
