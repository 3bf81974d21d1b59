import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { openDatabase as openRows } from '@covenant/api/database'
import { readReadiness } from '@covenant/api/queries/readiness'
import { SILENT, startTestChain } from '@covenant/indexer/testing/chain'
import { type Database, HEAD_CHANNEL, openDatabase } from '@covenant/schema/db'
import { startTestPostgres, type TestPostgres } from '@covenant/schema/testing'
import {
  type ForkedBlock,
  type ForkingChain,
  record,
  type Recording,
  serveForks,
} from './forking-chain.ts'
import { allRows, spawnIndexer } from './mirror.ts'

let postgres: TestPostgres
let recording: Recording
before(async () => {
  postgres = await startTestPostgres()
  const world = await startTestChain()
  await world.pass(300)
  recording = await record(world.url)
  await world.stop()
})
after(() => postgres.stop())

let forks: ForkingChain
let url: string
let db: Database
/** Block 3, which is final and in the rows. */
let third: ForkedBlock
beforeEach(async () => {
  forks = await serveForks(recording)
  url = await postgres.createDatabase()
  db = openDatabase(url)
  third = forks.branch(forks.genesis, ...forks.story.slice(0, 3))
  forks.finalize(third)
})
afterEach(async () => {
  await db.close()
  await forks.close()
})

/** Starts the indexer's program, and waits until the rows are those of block 3. */
async function startThere() {
  const client = await db.pool.connect()
  await client.query(`LISTEN ${HEAD_CHANNEL}`)
  const indexer = spawnIndexer(forks.url, url)
  const isThere = async () => {
    const { rows } = await client.query<{ hash: string }>('SELECT hash FROM head')
    return rows[0]?.hash === third.hash
  }
  while (!(await isThere())) await once(client, 'notification')
  client.release(true)
  assert.equal(await reasonNotReady(), null)
  return indexer
}

/** As the API's /ready tells it. */
async function reasonNotReady(): Promise<string | null> {
  const database = openRows(url, SILENT)
  const snapshot = database.snapshot()
  const { reason } = await readReadiness(snapshot)
  await snapshot.close()
  await database.close()
  return reason
}

const fourth = () => forks.story[3] ?? {}

/** What the chain comes to after block 3, and what the indexer says of it. */
const refused: [string, () => void, RegExp][] = [
  [
    'a block of a runtime whose metadata is not to be had',
    () => forks.finalize(forks.branch(third, forks.ofVersion(fourth(), 9_999))),
    /executed by version 9999 of the runtime.*An archive node/,
  ],
  [
    'an event that the metadata does not know',
    () => forks.finalize(forks.branch(third, forks.withStrangeEvent(fourth()))),
    /the events of block 4: the metadata of version \d+ of the runtime does not read them .*use another endpoint/,
  ],
  [
    'a final block whose state the node has no more',
    () => {
      const next = forks.branch(third, fourth())
      forks.forget(next.hash)
      forks.finalize(next)
    },
    /no longer its state.*ask an archive node \(--state-pruning archive\)/,
  ],
  [
    'a chain that leaves what is final',
    () => forks.finalize(forks.branch(third.parent!, fourth(), fourth())),
    /block 4.parentHash: .*Finalised blocks never change: this endpoint does not serve one chain. Use another/,
  ],
]
for (const [name, happen, message] of refused) {
  test(`${name} stops the indexer, which says what to do; nothing is skipped, and the API is not ready`, async () => {
    const indexer = await startThere()
    const rows = await allRows(db)
    happen()
    const { code, said } = await indexer.ended
    assert.equal(code, 1, said)
    assert.match(said, message)
    assert.deepEqual(await allRows(db), rows)
    assert.match(
      (await reasonNotReady()) ?? '',
      /^The indexer has stopped: the rows stay those of block 3\. Its log says why\.$/,
    )
  })
}

/** What the indexer finds when it starts. */
const found: [string, () => Promise<unknown>, RegExp][] = [
  [
    'rows of another genesis',
    () => db.pool.query(`UPDATE head SET genesis_hash = '0x01'`),
    /the rows are of the chain 0x01, and ws:.*--fresh.*DATABASE_URL/,
  ],
  [
    'rows with another hash at their own height',
    () => db.pool.query(`UPDATE head SET hash = '0x01'`),
    /the rows end with block 3 \(0x01\), and ws:.*--fresh/,
  ],
  [
    'a database with a newer schema',
    () =>
      db.pool.query(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, applied_steps_count) VALUES ('x', 'x', '99999999999999_later', 1)`,
      ),
    /the database is newer than this version: it has the migration 99999999999999_later/,
  ],
]
for (const [name, change, message] of found) {
  test(`${name} stop the indexer before anything is written, and the API is not ready`, async () => {
    await (await startThere()).kill()
    await change()
    const rows = await allRows(db)
    forks.finalize(forks.branch(third, fourth()))
    const { code, said } = await spawnIndexer(forks.url, url).ended
    assert.equal(code, 1, said)
    assert.match(said, message)
    assert.deepEqual(await allRows(db), rows)
    assert.match((await reasonNotReady()) ?? '', /^The indexer has stopped/)
  })
}
