import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { openDatabase } from '@covenant/schema/db'
import type { TestPostgres } from '@covenant/schema/testing'
import { cpuSeconds, median, message } from '../measure.ts'
import type { Bench, Figure } from '../run.ts'
import {
  bodiesOf,
  ENGINE_NAMES,
  ENGINES,
  type EngineName,
  factsOf,
  installPeers,
  type QueryName,
} from './engines.ts'
import type { Load, LoadResult } from './load.ts'
import { fillContracts } from './rows.ts'

const CONTRACTS = Number(process.env['BENCH_CONTRACTS'] ?? 100_000)
const CONNECTIONS = 32
const ROUNDS = 5
/** About as long for each. */
const REQUESTS = { one: 4_000, list: 800 } as const satisfies Record<QueryName, number>
/** With the cache, that of how many requests a block comes. */
const REQUESTS_PER_BLOCK = { one: 4_000, list: 800 } as const satisfies Record<QueryName, number>
const QUERIES = ['one', 'list'] as const satisfies QueryName[]
const TITLES = { one: 'one contract', list: '20 nodes × 10 contracts' } as const
const NAMES = { api: 'the API', mercurius: 'Mercurius', postgraphile: 'PostGraphile' } as const

type Options = { postgres: TestPostgres; say: (line: string) => void }

/** The API beside PostGraphile and Mercurius, each a process of its own with ten connections to the same tables. */
export async function besidePeers({ postgres, say }: Options): Promise<Bench> {
  installPeers(say)
  const url = await postgres.createDatabase()
  say(`making ${CONTRACTS} contracts`)
  const db = openDatabase(url, { connections: 1 })
  await fillContracts(db.pool, CONTRACTS)
  await db.close()

  const children: ChildProcess[] = []
  const start = async (file: string, args: readonly string[]) => {
    const env = {
      ...process.env,
      DATABASE_URL: url,
      COVENANT_LOG: 'warn',
      NODE_ENV: 'production',
      GRAPHILE_ENV: 'production',
    }
    const child = fork(file, args, { env })
    children.push(child)
    return child
  }
  try {
    const load = await start(join(import.meta.dirname, 'load.ts'), [])
    const engines = new Map<EngineName, { child: ChildProcess; port: number }>()
    for (const name of ENGINE_NAMES) {
      const child = await start(ENGINES[name].file, ENGINES[name].args)
      engines.set(name, { child, port: portOf(await message(child)) })
      for (const query of QUERIES) {
        load.send({ name: `${name} ${query}`, bodies: bodiesOf(name, query, CONTRACTS) })
      }
    }
    await checkAlike([...engines].map(([name, { port }]) => ({ name, port })))

    const figures: Figure[] = []
    for (const isCached of [false, true]) {
      for (const query of QUERIES) {
        const rounds = new Map<EngineName, Round[]>(ENGINE_NAMES.map((name) => [name, []]))
        const ports = new Map<EngineName, number>()
        for (const [name, { port }] of engines) {
          const cache = join(import.meta.dirname, 'cache.ts')
          const args = [String(port), String(REQUESTS_PER_BLOCK[query])]
          ports.set(name, isCached ? portOf(await message(await start(cache, args))) : port)
        }
        for (let round = 0; round <= ROUNDS; round += 1) {
          for (const [name, { child }] of engines) {
            const measured = await measure({
              load,
              server: child,
              order: {
                name: `${name} ${query}`,
                port: ports.get(name) ?? 0,
                connections: CONNECTIONS,
                requests: REQUESTS[query],
              },
            })
            // The first round is for the compilers.
            if (round > 0) rounds.get(name)?.push(measured)
          }
        }
        const title = `${TITLES[query]}, ${isCached ? 'with the same cache' : 'no cache'}`
        say(title)
        figures.push(...figuresOf(title, rounds))
      }
    }
    return {
      what: `one contract (10 fields) and a list of 20 nodes with 10 contracts each (10 fields), of ${CONTRACTS} contracts, over ${CONNECTIONS} connections, in ${ROUNDS} alternating rounds of ${REQUESTS.one} and ${REQUESTS.list} requests; the cache is one process before each engine, emptied by each block, which comes with every ${REQUESTS_PER_BLOCK.one} and ${REQUESTS_PER_BLOCK.list} requests`,
      figures: figures.toSorted((a, b) => Number(b.unit === 'times') - Number(a.unit === 'times')),
    }
  } finally {
    await Promise.all(
      children.map((child) => {
        const ended = once(child, 'exit')
        child.kill()
        return ended
      }),
    )
  }
}

type Round = { perSecond: number; cpuMicros: number }

/** The ratios, each within a round, and then what they are of. */
function figuresOf(title: string, rounds: Map<EngineName, Round[]>): Figure[] {
  const api = rounds.get('api') ?? []
  const peers = ENGINE_NAMES.filter((name) => name !== 'api')
  const beside = (name: EngineName, of: (api: Round, peer: Round) => number) =>
    median((rounds.get(name) ?? []).map((round, index) => of(api[index] ?? round, round)))
  return [
    ...peers.map((name) => ({
      name: `${title}: beside ${NAMES[name]}`,
      value: beside(name, (api, peer) => api.perSecond / peer.perSecond),
      unit: 'times',
      goal: '1 or more',
    })),
    ...ENGINE_NAMES.flatMap((name) => [
      {
        name: `${title}: ${NAMES[name]}`,
        value: median((rounds.get(name) ?? []).map(({ perSecond }) => perSecond)),
        unit: 'requests/s',
      },
      {
        name: `${title}: ${NAMES[name]}, processor of its process`,
        value: median((rounds.get(name) ?? []).map(({ cpuMicros }) => cpuMicros)),
        unit: 'µs a request',
      },
    ]),
  ]
}

type Measure = { load: ChildProcess; server: ChildProcess; order: Load }

async function measure({ load, server, order }: Measure): Promise<Round> {
  const before = cpuSeconds(server)
  load.send(order)
  const { seconds, failed } = (await message(load)) as LoadResult
  assert.equal(failed, 0, `${order.name}: every answer is 200 without errors`)
  const cpuMicros = ((cpuSeconds(server) - before) / order.requests) * 1e6
  return { perSecond: order.requests / seconds, cpuMicros }
}

/** Every engine answers the same before anything is timed. */
async function checkAlike(engines: { name: EngineName; port: number }[]): Promise<void> {
  for (const query of QUERIES) {
    const answers = await Promise.all(
      engines.map(async ({ name, port }) => {
        const [body = ''] = bodiesOf(name, query, CONTRACTS)
        const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
          method: 'POST',
          headers: { accept: 'application/json', 'content-type': 'application/json' },
          body,
        })
        return factsOf(await response.text())
      }),
    )
    for (const answer of answers) assert.deepEqual(answer, answers[0], `${query} is the same`)
  }
}

/** Where a process says that it listens. */
function portOf(said: unknown): number {
  const { port, facts } = said as { port?: number; facts?: { url: string } }
  return port ?? Number(new URL(facts?.url ?? '').port)
}
