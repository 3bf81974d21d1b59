import assert from 'node:assert/strict'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { after, before, beforeEach, test } from 'node:test'
import { createMetrics } from '@covenant/service/metrics'
import { type Changes, followChanges } from './changes.ts'
import { openDatabase } from './database.ts'
import { answerPolls } from './polls.ts'
import { createApi } from './server.ts'
import { type TestDatabase, openTestDatabase } from './testing/database.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

let database: TestDatabase
let changes: Changes
let server: Server
let url: string
/** How many requests came to GraphQL itself. */
let asked = 0
let stop: () => Promise<void>
let height = 10

before(async () => {
  database = await openTestDatabase()
  const connected = openDatabase(database.url, silent)
  changes = followChanges({ database: connected, url: database.url, log: silent })
  const api = createApi({ database: connected, changes, log: silent })
  const handler: RequestListener = (request, response) => {
    asked += 1
    api.listener(request, response)
  }
  server = createServer(answerPolls({ changes, handler, metrics: createMetrics() })).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stop = async () => {
    await changes.close()
    server.closeAllConnections()
    server.close()
    await connected.close()
    await database.close()
  }
  await database.rows.node({ id: 1 })
  await database.rows.node({ id: 2 })
  await database.rows.contract({ id: 1 })
  await database.rows.contract({ id: 2, node_id: 2 })
})
after(() => stop())
beforeEach(async () => {
  await commit()
  asked = 0
})

/** Moves the head by one block, in which the contracts changed, and tells of it as the indexer does. */
async function commit(...contracts: number[]): Promise<void> {
  height += 1
  for (const id of contracts) {
    await database.rows.query(
      `update contracts set paid = paid + 1, changed_height = ${height} where id = ${id}`,
    )
  }
  await database.rows.head(height)
  await database.notifyHead(changes)
}

const QUERY = '{ cursor contracts { id paid running { version } pending { body } } }'

const ask = (node: number, headers: Record<string, string> = {}, fields = QUERY) =>
  fetch(`${url}/graphql?query=${encodeURIComponent(`{ work(node: ${node}) ${fields} }`)}`, {
    headers,
  })

async function tagOf(node: number, fields = QUERY): Promise<string> {
  const response = await ask(node, {}, fields)
  assert.equal(response.status, 200)
  return response.headers.get('etag') ?? ''
}

test('while nothing changes for a node it is told so from memory, with the latest block in the headers', async () => {
  const tag = await tagOf(1)
  await commit(2)
  asked = 0
  const response = await ask(1, { 'if-none-match': tag })
  assert.equal(response.status, 304)
  assert.equal(response.headers.get('etag'), tag)
  assert.equal(response.headers.get('covenant-height'), String(height))
  assert.equal(response.headers.get('access-control-allow-origin'), '*')
  assert.equal(asked, 0)
})

test('what has changed is answered anew, under another tag', async () => {
  const tag = await tagOf(1)
  await commit(1)
  const response = await ask(1, { 'if-none-match': tag })
  assert.equal(response.status, 200)
  assert.notEqual(response.headers.get('etag'), tag)
})

test('with a preference to wait the answer is held until something changes for this node', async () => {
  const tag = await tagOf(1)
  let answered = false
  const held = ask(1, { 'if-none-match': tag, prefer: 'wait=60' }).then((response) => {
    answered = true
    return response
  })
  await once(server, 'request')
  await commit(2)
  assert.equal(answered, false)
  await commit(1)
  const response = await held
  assert.equal(response.status, 200)
  const { data } = (await response.json()) as { data: { work: { contracts: { id: string }[] } } }
  assert.deepEqual(
    data.work.contracts.map(({ id }) => id),
    ['1'],
  )
})

test('when the time is over without a change, it says so and which wait it granted', async () => {
  const tag = await tagOf(1)
  asked = 0
  const response = await ask(1, { 'if-none-match': tag, prefer: 'respond-async, wait=1' })
  assert.equal(response.status, 304)
  assert.equal(response.headers.get('preference-applied'), 'wait=1')
  assert.equal(asked, 0)
})

test('a change that came before the question is not waited for', async () => {
  const tag = await tagOf(1)
  await commit(1)
  const response = await ask(1, { 'if-none-match': tag, prefer: 'wait=60' })
  assert.equal(response.status, 200)
})

test('a tag of another question, of another node, or of nothing is answered by GraphQL', async () => {
  const [own, others] = [await tagOf(1), await tagOf(2)]
  asked = 0
  for (const tag of [others, '"x"', own.replace(/"$/, 'x"'), await tagOf(1, '{ cursor }')]) {
    assert.equal((await ask(1, { 'if-none-match': tag, prefer: 'wait=60' })).status, 200, tag)
  }
})

test('an answer with more in it than the node’s own contracts is never held back', async () => {
  for (const fields of [
    '{ cursor contracts { id node { lastSeen } } }',
    '{ cursor contracts { id due } }',
    '{ cursor contracts { id fundedUntil } }',
    '{ cursor contracts { ownerGroup { name } } }',
    '{ cursor contracts { events { nodes { name } } } }',
    '{ cursor contracts { ... on Contract { id } } }',
    '{ cursor } meta { height }',
  ]) {
    const tag = await tagOf(1, fields)
    assert.match(tag, /^"[\w-]{43}"$/, fields)
  }
})

test('when another branch takes the place of a change, who waits is told, and an old tag is good no more', async () => {
  const { rows } = database
  const contract = 'update contracts set paid = paid'
  height += 1
  await rows.query(`${contract} + 1, changed_height = ${height} where id = 1`)
  await rows.head(height, { finalized_height: height - 1 })
  await database.notifyHead(changes)
  const [tag, others] = [await tagOf(1), await tagOf(2)]
  const held = ask(1, { 'if-none-match': tag, prefer: 'wait=60' })
  await once(server, 'request')

  // Something else happens to it in the block of the same height.
  await rows.replaceHead(height, `${contract} + 5 where id = 1`)
  await database.notifyHead(changes)
  assert.equal((await held).status, 200)
  const response = await ask(1, { 'if-none-match': tag })
  assert.equal(response.status, 200)
  assert.notEqual(response.headers.get('etag'), tag)
  asked = 0
  assert.equal((await ask(2, { 'if-none-match': others })).status, 304)
  assert.equal(asked, 0, 'nothing has changed for the other node')

  // And in a longer branch nothing does.
  const later = response.headers.get('etag') ?? ''
  await rows.query(`${contract} - 6, changed_height = 1 where id = 1`)
  await rows.query(`update blocks set hash = '0xc' || height where height = ${height}`)
  height += 1
  await rows.head(height, { finalized_height: height - 2 })
  await database.notifyHead(changes)
  const undone = await ask(1, { 'if-none-match': later })
  assert.equal(undone.status, 200)
  assert.notEqual(undone.headers.get('etag'), later)
})

test('once the chain is indexed anew who waits is told, and an old tag is good no more', async () => {
  const tag = await tagOf(1)
  const held = ask(1, { 'if-none-match': tag, prefer: 'wait=60' })
  await once(server, 'request')
  // As `covenant reindex` leaves it: the same block, in another table, and a row that was wrong before.
  const told = new Promise<void>((resolve) => {
    const done = changes.onHead(() => {
      done()
      resolve()
    })
  })
  await database.rows.query(`begin; create table fresh (like head including all);
    insert into fresh select * from head; drop table head; alter table fresh rename to head;
    update contracts set paid = paid + 1 where id = 1;
    notify covenant_head, '${height}'; commit`)
  await told
  assert.equal((await held).status, 200)
  assert.equal((await ask(1, { 'if-none-match': tag })).status, 200)
  const fresh = await tagOf(1)
  assert.notEqual(fresh, tag)
  asked = 0
  assert.equal((await ask(1, { 'if-none-match': fresh })).status, 304)
  assert.equal(asked, 0)
})

test('a caller that hangs up is forgotten', async () => {
  const tag = await tagOf(1)
  const hangUp = new AbortController()
  const asking = fetch(`${url}/graphql?query=${encodeURIComponent(`{ work(node: 1) ${QUERY} }`)}`, {
    headers: { 'if-none-match': tag, prefer: 'wait=60' },
    signal: hangUp.signal,
  })
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse]
  const closed = once(response, 'close')
  hangUp.abort()
  await assert.rejects(asking, { name: 'AbortError' })
  await closed
  asked = 0
  await commit(1)
  assert.equal(asked, 0)
})

test('without the database nothing is answered from memory, and who waits is told', async () => {
  const tag = await tagOf(1)
  const held = ask(1, { 'if-none-match': tag, prefer: 'wait=60' })
  await once(server, 'request')
  await database.stop()
  assert.equal((await held).status, 503)
  assert.equal((await ask(1, { 'if-none-match': tag })).status, 503)
  await database.start()
  await database.notifyHead(changes)
  assert.equal((await ask(1, { 'if-none-match': tag })).status, 304)
})
