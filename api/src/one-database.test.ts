import assert from 'node:assert/strict'
import { appendFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { HEAD_CHANNEL } from '@covenant/schema/head-channel'
import { startPostgres } from '@covenant/schema/postgres/start'
import { type TestDatabase, openTestDatabase } from './testing/database.ts'
import { type Started, startProcess } from './testing/process.ts'

// Processes as they are started for people, and more of them than one.
let database: TestDatabase
let height = 5
before(async () => {
  database = await openTestDatabase()
  const { rows } = database
  await rows.head(height)
  await rows.node({ id: 1 })
  await rows.contract({ id: 1, node_id: 1 })
  // As docs/api.md has it.
  await rows.query(`create role reader login;
    grant select on all tables in schema public to reader;
    alter role reader set default_transaction_read_only = on`)
})
after(() => database.close())

/** The next block, which changes the contract, and the news of it, as the indexer makes them. */
async function commit(): Promise<void> {
  height += 1
  const { rows } = database
  await rows.query(`update contracts set paid = paid + 1, changed_height = ${height} where id = 1`)
  await rows.head(height)
  await rows.query(`notify ${HEAD_CHANNEL}, '${height}'`)
}

const WORK = `/graphql?query=${encodeURIComponent('{ work(node: 1) { cursor contracts { paid } } }')}`

/** Asks for the node's work, to be told of the next change: resolves with the change's block. */
async function waitForChange({ url }: Started): Promise<() => Promise<string | null>> {
  const first = await fetch(url + WORK)
  assert.equal(first.status, 200)
  const headers = { 'if-none-match': first.headers.get('etag') ?? '', prefer: 'wait=60' }
  const held = fetch(url + WORK, { headers })
  return async () => {
    const answer = await held
    assert.equal(answer.status, 200)
    return answer.headers.get('covenant-height')
  }
}

test('each of several processes behind one database tells of a change, and of the same rows', async (t) => {
  const apis = [
    await startProcess(t, database.url),
    await startProcess(t, database.url),
    await startProcess(t, database.url),
  ]
  const waiting = []
  for (const api of apis) waiting.push(await waitForChange(api))
  await commit()
  for (const told of waiting) assert.equal(await told(), String(height))

  // What one process has told is good for another: who polls may come to any of them.
  const tags = []
  for (const { url } of apis) tags.push((await fetch(url + WORK)).headers.get('etag') ?? '')
  const [first = '', ...others] = tags
  assert.deepEqual(new Set(others), new Set([first]))
  for (const { url } of apis) {
    const again = await fetch(url + WORK, { headers: { 'if-none-match': first } })
    assert.equal(again.status, 304)
  }
})

test('a role that may read and nothing else is enough', async (t) => {
  const url = database.url.replace('//covenant@', '//reader@')
  assert.notEqual(url, database.url)
  const api = await startProcess(t, url)
  assert.equal((await fetch(`${api.url}/ready`)).status, 200)
  const told = await waitForChange(api)
  await commit()
  assert.equal(await told(), String(height))
})

test('behind a read replica it is ready, tells of changes, and cannot be told of the indexer', async (t) => {
  const replica = await startReplica()
  t.after(() => replica.stop())
  const api = await startProcess(t, replica.url)
  await database.stopIndexer()
  assert.equal((await fetch(`${api.url}/ready`)).status, 200)
  await database.startIndexer()
  const told = await waitForChange(api)
  await commit()
  assert.equal(await told(), String(height))
})

/** A PostgreSQL that follows the test's own, from a copy of its files. */
async function startReplica(): Promise<{ url: string; stop(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'covenant-replica-'))
  const { rows } = await database.rows.query('show data_directory')
  const data = join(dir, 'data')
  const host = new URL(database.url).searchParams.get('host')
  await database.stop()
  await cp(String(rows[0]?.['data_directory']), data, { recursive: true })
  await database.start()
  await writeFile(join(data, 'standby.signal'), '')
  const source = `primary_conninfo = 'host=${host} user=covenant'\n`
  await appendFile(join(data, 'postgresql.auto.conf'), source)
  const postgres = await startPostgres({ dir })
  return {
    url: postgres.url,
    async stop() {
      await postgres.stop()
      await rm(dir, { recursive: true })
    },
  }
}
