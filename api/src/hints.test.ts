import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDatabase } from './database.ts'
import { createHints } from './hints.ts'
import { type TestApi, openTestApi } from './testing/api.ts'
import { ALICE, BOB, hashOf } from './testing/rows.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

let api: TestApi
let height = 10
before(async () => {
  api = await openTestApi()
  const { rows } = api.database
  await rows.node({ id: 1 })
  await rows.node({ id: 2 })
  await rows.contract({ id: 1, owner: ALICE })
  await rows.contract({ id: 2, owner: BOB, node_id: 2 })
  await rows.group({ id: 3, members: [{ account: ALICE }] })
  await rows.group({ id: 4 })
  await rows.proposal({ group_id: 3, id: 0 })
  await rows.proposal({ group_id: 4, id: 0 })
  await rows.head(height)
  await api.database.notifyHead(api.changes)
})
after(() => api.close())

/** A block in which these statements change something. */
async function commit(...statements: string[]): Promise<void> {
  height += 1
  const { rows } = api.database
  for (const one of statements) await rows.query(one.replace('HEIGHT', String(height)))
  await rows.head(height)
  await api.database.notifyHead(api.changes)
}

const change = (table: string, where: string) =>
  `update ${table} set changed_height = HEIGHT where ${where}`

type Event = {
  data?: Record<string, { id: string; height: number }>
  errors?: { message: string }[]
}

/** Subscribes as a browser's EventSource would, and reads one event at a time. */
async function subscribe(field: string) {
  const query = `subscription { ${field} { id height } }`
  const leaving = new AbortController()
  const response = await api.fetch(`/graphql?query=${encodeURIComponent(query)}`, {
    headers: { accept: 'text/event-stream' },
    signal: leaving.signal,
  })
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  return {
    async next(): Promise<Event> {
      for (;;) {
        const found = /event: next\ndata: (.*)\n\n/.exec(rest)
        if (found) {
          rest = rest.slice(found.index + found[0].length)
          return JSON.parse(found[1] ?? '') as Event
        }
        const { value, done } = await reader.read()
        if (done) assert.fail(`the stream ended after ${JSON.stringify(rest)}`)
        rest += value
      }
    },
    async rest(): Promise<string> {
      for (;;) {
        const { value, done } = await reader.read()
        if (done) return rest
        rest += value
      }
    },
    async close() {
      await reader.cancel()
      leaving.abort()
    },
  }
}

test('each new block is told of, by its hash and height', async () => {
  const heads = await subscribe('head')
  await commit()
  assert.deepEqual(await heads.next(), { data: { head: { id: hashOf(height), height } } })
  await commit()
  assert.deepEqual(await heads.next(), { data: { head: { id: hashOf(height), height } } })
  await heads.close()
})

const both = [change('contracts', 'id = 1'), change('contracts', 'id = 2')]
const contracts: [filter: string, id: string][] = [
  ['(id: 2)', '2'],
  ['(node: 1)', '1'],
  [`(owner: "${BOB}")`, '2'],
]
for (const [filter, id] of contracts) {
  test(`contractChanged${filter} tells of that contract alone`, async () => {
    const changes = await subscribe(`contractChanged${filter}`)
    for (let time = 0; time < 2; time += 1) {
      await commit()
      await commit(...both)
      assert.deepEqual(await changes.next(), { data: { contractChanged: { id, height } } })
    }
    await changes.close()
  })
}

for (const filter of ['(group: 3)', `(member: "${ALICE}")`]) {
  test(`proposalChanged${filter} tells of that group’s proposals alone`, async () => {
    const changes = await subscribe(`proposalChanged${filter}`)
    for (let time = 0; time < 2; time += 1) {
      await commit(change('proposals', 'true'))
      assert.deepEqual(await changes.next(), { data: { proposalChanged: { id: '3/0', height } } })
    }
    await changes.close()
  })
}

test('what another branch undoes is told of as what it changes', async () => {
  const { rows } = api.database
  const heads = await subscribe('head')
  const changes = await subscribe('contractChanged')
  height += 1
  await rows.query(`update contracts set changed_height = ${height} where id = 1`)
  await rows.head(height, { finalized_height: height - 1 })
  await api.database.notifyHead(api.changes)
  assert.deepEqual((await changes.next()).data?.['contractChanged'], { id: '1', height })
  await rows.replaceHead(
    height,
    'update contracts set changed_height = 1 where id = 1',
    `update contracts set changed_height = ${height} where id = 2`,
  )
  await api.database.notifyHead(api.changes)
  const told = [await changes.next(), await changes.next()]
  assert.deepEqual(
    told.map(({ data }) => data?.['contractChanged']),
    [
      { id: '2', height },
      { id: '1', height },
    ],
  )
  const ids = [await heads.next(), await heads.next()].map(({ data }) => data?.['head']?.id)
  assert.deepEqual(ids, [hashOf(height), hashOf(height).replace('0x0', '0xb')])
  await changes.close()
  await heads.close()
})

test('several blocks at once are one step, and none of their changes is left out', async () => {
  const changes = await subscribe('contractChanged')
  height += 1
  await api.database.rows.query(`update contracts set changed_height = ${height} where id = 2`)
  await commit(change('contracts', 'id = 1'))
  const found = [await changes.next(), await changes.next()]
  assert.deepEqual(
    found.map(({ data }) => data?.['contractChanged']),
    [
      { id: '2', height: height - 1 },
      { id: '1', height },
    ],
  )
  await changes.close()
})

test('what cannot be an id is refused, with what would have worked', async () => {
  const query = 'subscription { contractChanged(id: "x") { id } }'
  const response = await api.fetch(`/graphql?query=${encodeURIComponent(query)}`, {
    headers: { accept: 'text/event-stream' },
  })
  assert.match(await response.text(), /ids are whole numbers/)
})

test('who leaves while nothing happens makes room at once, and who finds none is told', async () => {
  const { database, changes } = api
  const connected = openDatabase(database.url, silent)
  const hints = createHints({ database: connected, changes, maxSubscribers: 1 })
  const first = hints.heads()[Symbol.asyncIterator]()
  const waiting = first.next()
  assert.throws(() => hints.heads(), {
    name: 'Unavailable',
    message: /All 1 subscriptions are taken/,
  })
  await first.return?.()
  assert.deepEqual(await waiting, { done: true, value: undefined })
  await hints.heads()[Symbol.asyncIterator]().return?.()
  await connected.close()
})

test('a subscription whose stream nobody takes holds no place', async () => {
  const { database, changes } = api
  const connected = openDatabase(database.url, silent)
  const hints = createHints({ database: connected, changes, maxSubscribers: 1 })
  hints.heads()
  const second = hints.heads()[Symbol.asyncIterator]()
  const waiting = second.next()
  await second.return?.()
  assert.deepEqual(await waiting, { done: true, value: undefined })
  await connected.close()
})

test('when the API ends, so do its streams', async () => {
  const heads = await subscribe('head')
  await commit()
  await heads.next()
  await api.changes.close()
  assert.match(await heads.rest(), /event: complete/)
})
