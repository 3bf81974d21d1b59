import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { createMetrics } from '@covenant/service/metrics'
import { type Changes, followChanges } from './changes.ts'
import { type Database, openDatabase } from './database.ts'
import { createApi } from './server.ts'
import type { Answer } from './testing/api.ts'
import { openTestDatabase, type TestDatabase } from './testing/database.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const metrics = createMetrics()

let rows: TestDatabase
let database: Database
let changes: Changes
let server: Server
let url: string
/** What happens once, after the next statement of an answer. */
let meanwhile: (() => Promise<unknown>) | undefined

before(async () => {
  rows = await openTestDatabase()
  const connected = openDatabase(rows.url, silent)
  database = {
    ...connected,
    glance() {
      const glance = connected.glance()
      const query: typeof glance.query = async (statement) => {
        const found = await glance.query<never>(statement)
        const happens = meanwhile
        meanwhile = undefined
        await happens?.()
        return found
      }
      return { ...glance, query }
    },
  }
  changes = followChanges({ database, url: rows.url, log: silent })
  server = createServer(createApi({ database, changes, log: silent, metrics }).listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
  await rows.rows.head(7)
  await rows.rows.node({ id: 1, last_seen: 1 })
  await rows.rows.contract({ id: 1, node_id: 1, changed_height: 7 })
})
after(async () => {
  server.closeAllConnections()
  server.close()
  await changes.close()
  await database.close()
  await rows.close()
})

async function ask(query: string, variables?: object) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const headers = Object.fromEntries(response.headers)
  // The times of the answer itself.
  delete headers['date']
  delete headers['covenant-lag-seconds']
  return { status: response.status, headers, answer: (await response.json()) as Answer }
}

const compiled = () =>
  Number(/^covenant_compiled_answers_total (\d+)/m.exec(metrics.text())?.[1] ?? 0)

/** Moves the contract and the head on, as one block does. */
async function commit(height: number): Promise<void> {
  await rows.rows.query(
    `begin; update contracts set changed_height = ${height}; update head set height = ${height}; commit`,
  )
}

test('what is asked again is compiled, and answered as the first time, headers too', async () => {
  const query = '{ contract(id: 1) { id escrow(in: COV) node { id isLive } } meta { height } }'
  const from = compiled()
  const first = await ask(query)
  assert.equal(compiled(), from)
  assert.deepEqual(await ask(query), first)
  assert.deepEqual(await ask(query), first)
  assert.equal(compiled(), from + 2)
})

test('an answer is of the latest block, also where it was the same question', async () => {
  const query = '{ contracts { nodes { changedHeight } } meta { height } }'
  for (const height of [8, 9, 10, 11]) {
    await commit(height)
    const { answer, headers } = await ask(query)
    assert.deepEqual(answer.data, {
      contracts: { nodes: [{ changedHeight: height }] },
      meta: { height },
    })
    assert.equal(headers['covenant-height'], String(height))
  }
  // And where no row is read at all.
  for (const height of [12, 13, 14, 15]) {
    await commit(height)
    assert.equal((await ask('{ meta { height } }')).answer.data.meta.height, height)
  }
})

test('a block that comes while rows are read is in all of the answer', async () => {
  const query = '{ nodes { nodes { contracts { nodes { changedHeight } } } } meta { height } }'
  for (const height of [16, 17]) {
    await ask(query)
    const from = compiled()
    await ask(query)
    assert.equal(compiled(), from + 1)
    meanwhile = () => commit(height)
    const { answer } = await ask(query)
    assert.equal(meanwhile, undefined, 'the block came')
    assert.equal(compiled(), from + 1, 'it was not answered from two blocks')
    const [node] = answer.data.nodes.nodes
    assert.deepEqual(node.contracts.nodes, [{ changedHeight: answer.data.meta.height }])
  }
})

test('what may not be asked is refused alike however often it is asked', async () => {
  const sized =
    'query ($first: Int!) { contracts(first: $first) { nodes { specs(first: $first) { nodes { body } } } } }'
  for (const first of [2, 3, 4]) {
    assert.equal((await ask(sized, { first })).status, 200)
  }
  const refusals: [query: string, variables: object, code: string][] = [
    [sized, { first: 100 }, 'QUERY_TOO_LARGE'],
    [sized, { first: 'many' }, 'BAD_USER_INPUT'],
    [sized, {}, 'BAD_USER_INPUT'],
    [sized, { first: 0 }, 'BAD_USER_INPUT'],
    ['{ nothing }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['{', {}, 'GRAPHQL_PARSE_FAILED'],
    ['{ contract(id: "x") { id } }', {}, 'BAD_USER_INPUT'],
    ['mutation { drop }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  ]
  for (const [query, variables, code] of refusals) {
    const first = await ask(query, variables)
    assert.equal(first.answer.errors?.[0]?.extensions.code, code, query)
    for (let again = 0; again < 3; again += 1) {
      assert.deepEqual(await ask(query, variables), first)
    }
  }
})

test('nothing that is not there is answered as null, however often it is asked', async () => {
  for (let times = 0; times < 4; times += 1) {
    const { answer } = await ask('{ contract(id: 99) { id } }')
    assert.deepEqual(answer, { data: { contract: null } })
  }
})
