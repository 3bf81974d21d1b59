import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestApi, openTestApi } from '../testing/api.ts'
import { ALICE, BOB, CHARLIE, hashOf, secondsAt } from '../testing/rows.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
  const { rows } = api.database
  await rows.head(9)
  await rows.group({ id: 1, account: CHARLIE, members: [{ account: ALICE }] })
  await rows.proposal({ group_id: 1, id: 0, votes: [[ALICE, 'Approve', 1]] })
  await rows.proposal({ group_id: 1, id: 1 })
  await rows.node({ id: 1, operator: ALICE, agent: BOB })
  await rows.contract({ id: 1, owner: ALICE })
  await rows.event({ height: 2, index: 0, pallet: 'system', name: 'NewAccount', accounts: [ALICE] })
  await rows.event({
    height: 2,
    index: 1,
    extrinsic_index: null,
    pallet: 'groups',
    name: 'Proposed',
    group_id: 1,
    proposal_id: 0,
    accounts: [ALICE, CHARLIE],
    data: { group: 1, deposit: '100000000000000000' },
  })
  await rows.event({ height: 5, index: 0, pallet: 'nodes', name: 'Served', node_id: 1 })
  await rows.event({ height: 8, index: 3, contract_id: 1, node_id: 1, accounts: [ALICE] })
})
after(() => api.close())

test('an event tells when, where and about what it happened', async () => {
  const { events } = await api.query(`{
    events(pallet: "groups") {
      nodes {
        height index blockHash timestamp extrinsicIndex pallet name data accounts
        group { id } proposal { address } node { id } contract { id }
      }
    }
  }`)
  assert.deepEqual(events.nodes, [
    {
      height: 2,
      index: 1,
      blockHash: hashOf(2),
      timestamp: new Date(secondsAt(2) * 1000).toISOString(),
      extrinsicIndex: null,
      pallet: 'groups',
      name: 'Proposed',
      data: { group: 1, deposit: '100000000000000000' },
      accounts: [ALICE, CHARLIE],
      group: { id: '1' },
      proposal: { address: '1/0' },
      node: null,
      contract: null,
    },
  ])
})

const filters: [args: string, places: string[]][] = [
  ['first: 9', ['8-3', '5-0', '2-1', '2-0']],
  ['pallet: "contracts"', ['8-3']],
  ['pallet: "groups", name: "Proposed"', ['2-1']],
  ['pallet: "groups", name: "Voted"', []],
  ['group: 1', ['2-1']],
  ['group: 1, proposal: 0', ['2-1']],
  ['group: 1, proposal: 1', []],
  ['node: 1', ['8-3', '5-0']],
  ['contract: 1', ['8-3']],
  [`account: "${ALICE}"`, ['8-3', '2-1', '2-0']],
  [`account: "${ALICE}", fromHeight: 3`, ['8-3']],
  ['fromHeight: 2, toHeight: 5', ['5-0', '2-1', '2-0']],
  ['toHeight: 1', []],
  ['fromHeight: 9007199254740991', []],
]
for (const [args, places] of filters) {
  test(`events filtered by (${args})`, async () => {
    const { events } = await api.query(`{ events(${args}) { nodes { height index } } }`)
    assert.deepEqual(
      events.nodes.map(
        (event: { height: number; index: number }) => `${event.height}-${event.index}`,
      ),
      places,
    )
  })
}

test('a name without its pallet, or a proposal without its group, is refused', async () => {
  assert.match(
    (await api.refuse('{ events(name: "Proposed") { nodes { name } } }')).message,
    /goes with `pallet`/,
  )
  assert.match(
    (await api.refuse('{ events(proposal: 0) { nodes { name } } }')).message,
    /goes with `group`/,
  )
})

test('an account leads to its groups, proposals, votes, contracts, nodes and events', async () => {
  const ask = async (address: string) =>
    (
      await api.query(`{
        account(address: "${address}") {
          address group { id } groups { nodes { id } } proposals { nodes { address } }
          awaitingVote { nodes { address } } votes { nodes { vote proposal { address } } }
          contracts { nodes { id } } nodes { nodes { id } } serves { id } events { nodes { name } }
        }
      }`)
    ).account
  assert.deepEqual(await ask(ALICE), {
    address: ALICE,
    group: null,
    groups: { nodes: [{ id: '1' }] },
    proposals: { nodes: [{ address: '1/1' }, { address: '1/0' }] },
    awaitingVote: { nodes: [{ address: '1/1' }] },
    votes: { nodes: [{ vote: 'Approve', proposal: { address: '1/0' } }] },
    contracts: { nodes: [{ id: '1' }] },
    nodes: { nodes: [{ id: '1' }] },
    serves: null,
    events: { nodes: [{ name: 'Created' }, { name: 'Proposed' }, { name: 'NewAccount' }] },
  })
  const none = { nodes: [] }
  const empty = {
    ...{ groups: none, proposals: none, awaitingVote: none, votes: none },
    ...{ contracts: none, nodes: none, events: none },
  }
  assert.deepEqual(await ask(BOB), { ...empty, address: BOB, group: null, serves: { id: '1' } })
  assert.deepEqual(await ask(CHARLIE), {
    ...empty,
    address: CHARLIE,
    group: { id: '1' },
    serves: null,
    events: { nodes: [{ name: 'Proposed' }] },
  })
})
