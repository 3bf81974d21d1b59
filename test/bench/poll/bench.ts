import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { versionOf } from '@covenant/api/queries/work'
import { questionOf, readTag, writeTag } from '@covenant/api/work-tag'
import { HEAD_CHANNEL, openDatabase } from '@covenant/schema/db'
import { startTestPostgres } from '@covenant/schema/testing'
import type { Pool } from 'pg'
import { cpuSeconds, median, message, quantile } from '../measure.ts'
import type { Bench } from '../run.ts'
import { changeOf, fillNodes, HEIGHT, type Index } from './rows.ts'
import type { Load, LoadResult } from './load.ts'

const NODES = 100_000
const CONNECTIONS = 1_000
const ROUNDS = 5
const REQUESTS = 50_000
const CHANGES = 100
const WAITING = 1_000

const HERE = import.meta.dirname
const API = join(HERE, '../../../api/src/main.ts')
const QUERY =
  'query Work($node: ID!) { work(node: $node) { cursor more contracts { id running { body } pending { body } } } }'

/** Nodes that ask whether something has changed, and one that waits until it has. */
export async function bench(say: (line: string) => void): Promise<Bench> {
  const postgres = await startTestPostgres()
  const children: ChildProcess[] = []
  try {
    const url = await postgres.createDatabase()
    const db = openDatabase(url, { connections: 2 })
    say(`making ${NODES} nodes with a contract each`)
    const index = await fillNodes(db.pool, NODES)
    const start = (file: string, args: string[] = []) => {
      const child = fork(file, args, {
        env: { ...process.env, DATABASE_URL: url, COVENANT_LOG: 'warn' },
      })
      children.push(child)
      return child
    }
    const [bare, api] = [start(join(HERE, 'bare.ts')), start(API, ['--port=0'])]
    const barePort = ((await message(bare)) as { port: number }).port
    const apiUrl = ((await message(api)) as { facts: { url: string } }).facts.url
    const apiPort = Number(new URL(apiUrl).port)
    await untilFromMemory(apiUrl, index)

    const load = start(join(HERE, 'load.ts'))
    load.send({
      questions: Array.from({ length: NODES }, (_, number) => question(number + 1, index)),
    })
    const rounds = { bare: [] as Round[], api: [] as Round[] }
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [name, server, port] of [
        ['bare', bare, barePort],
        ['api', api, apiPort],
      ] as const) {
        const order = { port, connections: CONNECTIONS, requests: REQUESTS }
        const measured = await measure({ load, server, order })
        // The first round is for the compilers.
        if (round > 0) rounds[name].push(measured)
      }
      say(`round ${round} of ${ROUNDS}`)
    }
    const middle = (name: keyof typeof rounds, of: keyof Round) =>
      median(rounds[name].map((round) => round[of]))
    const ratio = (of: (bare: Round, api: Round) => number) =>
      median(rounds.api.map((api, index) => of(rounds.bare[index] ?? api, api)))
    say(`changing ${CHANGES} of ${WAITING} waiting nodes, one after another`)
    const delays = await changeDelays({ api: apiUrl, pool: db.pool, index })
    await db.close()
    return {
      what: `${NODES} node ids over ${CONNECTIONS} keep-alive connections, nothing changed: the API beside a bare node:http 304, in ${ROUNDS} alternating rounds of ${REQUESTS}; then ${WAITING} nodes that wait`,
      figures: [
        { name: 'bare node:http', value: middle('bare', 'perSecond'), unit: 'requests/s' },
        { name: 'the API', value: middle('api', 'perSecond'), unit: 'requests/s' },
        {
          name: 'the API beside bare',
          value: ratio((bare, api) => api.perSecond / bare.perSecond),
          unit: 'times',
          goal: '0.9 or more',
        },
        { name: 'processor, bare', value: middle('bare', 'cpuMicros'), unit: 'µs a request' },
        { name: 'processor, the API', value: middle('api', 'cpuMicros'), unit: 'µs a request' },
        {
          name: 'requests by the processor time of one of bare',
          value: ratio((bare, api) => bare.cpuMicros / api.cpuMicros),
          unit: 'times',
          goal: '0.9 or more',
        },
        { name: 'from commit to waiting node, median', value: median(delays), unit: 'ms' },
        {
          name: 'from commit to waiting node, 95 of 100',
          value: quantile(delays, 0.95),
          unit: 'ms',
        },
      ],
    }
  } finally {
    await Promise.all(
      children.map((child) => {
        const ended = once(child, 'exit')
        child.kill()
        return ended
      }),
    )
    await postgres.stop()
  }
}

function pathOf(node: number): string {
  const variables = JSON.stringify({ node: String(node) })
  return `/graphql?${new URLSearchParams({ query: QUERY, variables })}`
}

/** The tag that the API gave for this node's answer, but for the answer's own hash. */
function tagOf(node: number, index: Index): string {
  const path = pathOf(node)
  const question = questionOf(path, index)
  return writeTag({ body: 'x'.repeat(43), node, version: versionOf(changeOf(node)), question })
}

function question(node: number, index: Index): string {
  return `GET ${pathOf(node)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nIf-None-Match: ${tagOf(node, index)}\r\n\r\n`
}

/** Sees to it that the tags made here are those of the API, and that it answers them from memory. */
async function untilFromMemory(api: string, index: Index): Promise<void> {
  for (let node = 1; node <= NODES; node += NODES / 10) {
    const response = await fetch(`${api}${pathOf(node)}`, {
      headers: { accept: 'application/json' },
    })
    const given = readTag(response.headers.get('etag') ?? '')
    assert.deepEqual({ ...given, body: '' }, { ...readTag(tagOf(node, index)), body: '' })
  }
  for (;;) {
    const { status } = await fetch(`${api}${pathOf(1)}`, {
      headers: { accept: 'application/json', 'if-none-match': tagOf(1, index) },
    })
    if (status === 304) return
  }
}

type Round = { perSecond: number; cpuMicros: number }
type Measure = { load: ChildProcess; server: ChildProcess; order: Load }

/** Requests a second, and what each took of the server's processor time, whoever else is busy here. */
async function measure({ load, server, order }: Measure): Promise<Round> {
  const before = cpuSeconds(server)
  load.send(order)
  const { seconds, statuses } = (await message(load)) as LoadResult
  assert.deepEqual(Object.keys(statuses), ['304'], 'every answer is 304')
  const cpuMicros = ((cpuSeconds(server) - before) / order.requests) * 1e6
  return { perSecond: order.requests / seconds, cpuMicros }
}

type Waiting = { api: string; pool: Pool; index: Index }

/** How long it takes from the commit of a change until the node that it is for has the answer's head, in ms. */
async function changeDelays({ api, pool, index }: Waiting): Promise<number[]> {
  const asking = new AbortController()
  const wait = (node: number) =>
    fetch(`${api}${pathOf(node)}`, {
      headers: {
        accept: 'application/json',
        'if-none-match': tagOf(node, index),
        prefer: 'wait=60',
      },
      signal: asking.signal,
    })
  const others = Array.from({ length: WAITING - 1 }, (_, index) => wait(index + CHANGES + 1))
  for (const other of others) other.catch(() => undefined)
  const delays: number[] = []
  for (let node = 1; node <= CHANGES; node += 1) {
    const held = wait(node)
    // It waits once the API has answered what was asked after it.
    await fetch(`${api}/live`)
    const connection = await pool.connect()
    await connection.query('BEGIN')
    await connection.query('UPDATE contracts SET changed_height = $1 WHERE id = $2', [
      HEIGHT + node,
      node,
    ])
    await connection.query('UPDATE head SET height = $1, hash = $2', [HEIGHT + node, `0x${node}`])
    await connection.query('SELECT pg_notify($1, $2)', [HEAD_CHANNEL, ''])
    const from = performance.now()
    await connection.query('COMMIT')
    connection.release()
    const response = await held
    delays.push(performance.now() - from)
    assert.equal(response.status, 200)
    await response.body?.cancel()
  }
  asking.abort()
  return delays
}
