import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { HEAD_CHANNEL, openDatabase } from '@covenant/schema/db'
import { INDEXER_RUNS } from '@covenant/schema/indexer-lock'
import { dashboardFigures, missingFigures } from '@covenant/service/dashboard'
import { startTestPostgres, type TestPostgres } from '@covenant/schema/testing'
import { startTestChain, type TestChain } from './testing/chain.ts'
import { hashOf } from './testing/story.ts'

let postgres: TestPostgres
before(async () => {
  postgres = await startTestPostgres()
})
after(() => postgres.stop())

function startMain(args: string[]) {
  const child = fork(join(import.meta.dirname, 'main.ts'), args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'] },
  })
  const lines: string[] = []
  const reader = createInterface({ input: child.stderr! })
  reader.on('line', (line) => lines.push(line))
  return {
    child,
    lines,
    /** Waits until a line of its log matches. */
    async says(pattern: RegExp) {
      while (!lines.some((line) => pattern.test(line))) await once(reader, 'line')
    },
    ready: isReady(child),
    ended: once(child, 'close').then(([code]) => ({
      code: code as number | null,
      said: lines.join('\n'),
    })),
  }
}

async function isReady(
  child: ChildProcess,
): Promise<{ chain: string; height: number | null; port?: number }> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [{ type: string; facts: never }]
    if (message.type === 'ready') return message.facts
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Waits until the head in the database is at least at `height`. */
async function untilIndexed(url: string, height: number): Promise<void> {
  const db = openDatabase(url, { connections: 1 })
  const client = await db.pool.connect()
  await client.query(`LISTEN ${HEAD_CHANNEL}`)
  const indexed = async () => {
    const { rows } = await client.query<{ height: number }>('SELECT height FROM head')
    return rows[0]?.height ?? -1
  }
  while ((await indexed()) < height) await once(client, 'notification')
  client.release()
  await db.close()
}

/** What the API asks to know whether it is ready. */
async function indexerRuns(url: string): Promise<boolean | undefined> {
  const db = openDatabase(url, { connections: 1 })
  const { rows } = await db.pool.query<{ runs: boolean }>(`SELECT ${INDEXER_RUNS} AS runs`)
  await db.close()
  return rows[0]?.runs
}

test('it makes its tables, waits for the chain and says so once, and goes on after a SIGKILL', async () => {
  const port = await freePort()
  const database = await postgres.createEmptyDatabase()
  const args = ['--chain', `ws://127.0.0.1:${port}`, '--database', database]
  const first = startMain(args)
  await first.says(/waiting for the chain endpoint=ws:\/\/127\.0\.0\.1:\d+ reason=/)

  let world: TestChain | undefined
  try {
    world = await startTestChain(port)
    assert.deepEqual(await first.ready, { chain: world.chain.genesisHash, height: null })
    assert.equal(first.lines.filter((line) => line.includes('waiting for the chain')).length, 1)
    await world.pass(120)
    const { height } = await world.chain.finalizedHead()
    await untilIndexed(database, height)
    first.child.kill('SIGKILL')
    await first.ended

    await world.pass(60)
    const second = startMain([...args, '--port', '0'])
    const ready = await second.ready
    assert.ok((ready.height ?? 0) >= height)
    const end = await world.chain.finalizedHead()
    await untilIndexed(database, end.height)
    const figures = await fetch(`http://127.0.0.1:${ready.port}/metrics`)
    const text = await figures.text()
    assert.ok(Number(/\ncovenant_head_height (\d+)\n/.exec(text)?.[1]) >= height, text)
    assert.match(text, /\ncovenant_blocks_total \d+\n/)
    assert.match(text, /\ncovenant_lag_seconds [\d.]+\n/)
    assert.match(text, /\ncovenant_statements_total\{statement="insert blocks"\} \d+\n/)
    assert.match(text, /\ncovenant_statement_seconds_total\{statement="update head"\} [\d.e-]+\n/)
    assert.deepEqual(missingFigures(dashboardFigures('covenant-indexer'), text), [])
    assert.equal((await fetch(`http://127.0.0.1:${ready.port}/ready`)).status, 200)
    assert.equal(await indexerRuns(database), true)
    second.child.kill('SIGTERM')
    assert.equal((await second.ended).code, 0)
    assert.equal(await indexerRuns(database), false)

    const db = openDatabase(database, { connections: 1 })
    await db.pool.query('UPDATE head SET genesis_hash = $1', [hashOf(0)])
    await db.close()
    const { code, said } = await startMain(args).ended
    assert.equal(code, 1)
    assert.match(said, /the rows are of the chain 0x61.* serves 0x.*--fresh/)
    assert.doesNotMatch(said, /\n\s+at /)
  } finally {
    await world?.stop()
  }
})

test('while it waits for the chain it can be stopped', async () => {
  const chain = `ws://127.0.0.1:${await freePort()}`
  const indexer = startMain(['--chain', chain, '--database', await postgres.createDatabase()])
  await indexer.says(/waiting for the chain/)
  indexer.child.kill('SIGTERM')
  assert.equal((await indexer.ended).code, 0)
})

test('without a database it ends with what to say', async () => {
  const { code, said } = await startMain([]).ended
  assert.equal(code, 1)
  assert.match(said, /--database URL or DATABASE_URL/)
})
