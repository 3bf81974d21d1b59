import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type TestApi, openTestApi } from '../testing/api.ts'
import { GENESIS } from '../testing/rows.ts'
import { MAX_WORK } from './work.ts'

type Answer = { cursor: string; more: boolean; contracts: { id: string; state: string }[] }

let api: TestApi
before(async () => {
  api = await openTestApi()
  await api.database.rows.node({ id: 1 })
  await api.database.rows.node({ id: 2 })
})
beforeEach(async () => {
  const { rows } = api.database
  await rows.query('truncate specs, bodies, contracts cascade')
  await rows.head(10)
})
after(() => api.close())

const work = async (since?: string | null, node = 1): Promise<Answer> =>
  (
    await api.query(
      'query ($node: ID!, $since: String) { work(node: $node, since: $since) { cursor more contracts { id state } } }',
      { node, since },
    )
  ).work

const idsOf = ({ contracts }: Answer) => contracts.map(({ id }) => Number(id))

test('without a cursor it is every contract of the node that is not closed', async () => {
  const { rows } = api.database
  await rows.contract({ id: 1, changed_height: 4 })
  await rows.contract({ id: 2, changed_height: 3, state: 'Running' })
  await rows.contract({ id: 3, changed_height: 5, state: 'Suspended' })
  await rows.contract({ id: 4, changed_height: 9, state: 'Closed' })
  await rows.contract({ id: 5, node_id: 2 })
  assert.deepEqual(idsOf(await work()), [2, 1, 3])
  assert.deepEqual(idsOf(await work(null)), [2, 1, 3])
  assert.deepEqual(idsOf(await work(null, 2)), [5])
})

test('with a cursor it is what changed since, closed ones among them, each once', async () => {
  const { rows } = api.database
  await rows.contract({ id: 1, changed_height: 4 })
  await rows.contract({ id: 2, changed_height: 4 })
  const first = await work()
  assert.deepEqual(idsOf(await work(first.cursor)), [])

  await rows.query(`update contracts set state = 'Closed', changed_height = 11 where id = 1`)
  await rows.contract({ id: 3, changed_height: 11 })
  await rows.head(11)
  const second = await work(first.cursor)
  assert.deepEqual(second.contracts, [
    { id: '1', state: 'Closed' },
    { id: '3', state: 'Offered' },
  ])
  assert.deepEqual(idsOf(await work(second.cursor)), [])
  assert.deepEqual(idsOf(await work(first.cursor)), [1, 3], 'a lost answer can be asked for again')
})

test('the cursor stays the same while nothing changes, however many blocks go by', async () => {
  await api.database.rows.contract({ id: 1 })
  const { cursor } = await work()
  await api.database.rows.head(500)
  assert.equal((await work(cursor)).cursor, cursor)
})

test('a node without contracts has a cursor too, and its first contract comes after it', async () => {
  const { cursor, contracts } = await work()
  assert.deepEqual(contracts, [])
  await api.database.rows.contract({ id: 1, changed_height: 11 })
  assert.deepEqual(idsOf(await work(cursor)), [1])
})

test('more than fits comes in several answers that miss and repeat nothing', async () => {
  const count = MAX_WORK + 3
  for (let id = 1; id <= count; id += 1) {
    await api.database.rows.contract({ id, changed_height: id % 2 })
  }
  const first = await work()
  const second = await work(first.cursor)
  assert.equal(first.more, true)
  assert.equal(first.contracts.length, MAX_WORK)
  assert.equal(second.more, false)
  assert.equal(new Set([...idsOf(first), ...idsOf(second)]).size, count)
})

test('a cursor from the index of another chain begins anew', async () => {
  const { rows } = api.database
  await rows.contract({ id: 1, changed_height: 4 })
  const { cursor } = await work()
  await rows.head(10, { genesis_hash: GENESIS.replace('1', '2') })
  assert.deepEqual(idsOf(await work(cursor)), [1])
})

test('a cursor of a branch that is of the chain no more begins anew', async () => {
  const { rows } = api.database
  await rows.contract({ id: 1, changed_height: 4 })
  await rows.contract({ id: 2, changed_height: 10 })
  const { cursor } = await work()
  assert.deepEqual(idsOf(await work(cursor)), [])
  await rows.replaceHead(10, 'update contracts set changed_height = 3 where id = 2')
  const anew = await work(cursor)
  assert.deepEqual(idsOf(anew), [2, 1])
  assert.deepEqual(idsOf(await work(anew.cursor)), [])
})

test('a contract that ended in a block that is not final is given as long as it may go on', async () => {
  const { rows } = api.database
  await rows.contract({ id: 1, changed_height: 4, state: 'Closed' })
  await rows.contract({ id: 2, changed_height: 10, state: 'Closed' })
  await rows.head(10, { finalized_height: 9 })
  assert.deepEqual(idsOf(await work()), [2])
  await rows.head(10)
  assert.deepEqual(idsOf(await work()), [])
})

test('a cursor of something else is refused, with what would have worked', async () => {
  for (const since of ['', 'x', Buffer.from('["contracts",7]').toString('base64url')]) {
    const error = await api.refuse(
      'query ($since: String) { work(node: 1, since: $since) { cursor } }',
      {
        since,
      },
    )
    assert.match(
      error.message,
      /`since` is no cursor of work: send the `cursor` of an earlier answer/,
    )
    assert.equal(error.code, 'BAD_USER_INPUT')
  }
})

test('the answer holds what an agent needs to decide, in a handful of statements', async () => {
  for (let id = 1; id <= 5; id += 1) {
    await api.database.rows.contract({ id, version: 2, running_version: 1, pending_version: 2 })
  }
  const spec = 'version bodyHash body resources { cpu } rate sealingVersion'
  let data
  const statements = await api.statementsOf(async () => {
    data = await api.query(
      `{ work(node: 1) { cursor contracts { id owner node { id } state version running { ${spec} } pending { ${spec} deadline } } } }`,
    )
  })
  assert.equal(data!.work.contracts.length, 5)
  assert.equal(data!.work.contracts[4].pending.body, '{"name":"contract 5","version":2}')
  // Contracts, the node, their specs, and the specs' bodies.
  assert.equal(statements.length, 4)
})
