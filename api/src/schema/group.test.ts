import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestApi, openTestApi } from '../testing/api.ts'
import { ALICE, BOB, CHARLIE, GENESIS_SECONDS, GROUP_ACCOUNT, secondsAt } from '../testing/rows.ts'

const EXPIRES = secondsAt(50)

let api: TestApi
before(async () => {
  api = await openTestApi()
  const { rows } = api.database
  await rows.head(50)
  await rows.node({ id: 1 })
  await rows.group({
    id: 1,
    account: GROUP_ACCOUNT,
    name: 'bakery',
    epoch: 1,
    threshold_govern: 81,
    members: [
      { account: ALICE, weight: 50, permissions: ['PROPOSE', 'APPROVE', 'VETO'] },
      { account: BOB, weight: 30 },
      { account: CHARLIE, weight: 20, permissions: [] },
    ],
  })
  await rows.epoch({ group_id: 1, epoch: 1, threshold_govern: 81, approve_weight: 80 })
  await rows.group({ id: 2, account: CHARLIE, creator: BOB, members: [{ account: ALICE }] })
  await rows.group({ id: 3 })

  const open = { group_id: 1, epoch: 1, expires: EXPIRES }
  await rows.proposal({ ...open, id: 0, epoch: 0 })
  await rows.proposal({
    ...open,
    id: 1,
    state: 'Executed',
    closed_height: 7,
    closed_extrinsic: 3,
    expires: EXPIRES - 100,
    votes: [
      [BOB, 'Approve', 30],
      [ALICE, 'Approve', 50],
    ],
  })
  await rows.proposal({ ...open, id: 2, state: 'Rejected', closed_height: 8, closed_extrinsic: 1 })
  await rows.proposal({ ...open, id: 3, expires: EXPIRES - 1 })
  await rows.proposal({
    ...open,
    id: 4,
    proposer: BOB,
    kind: 'Govern',
    call_args: { members: [{ account: ALICE }] },
    votes: [
      [BOB, 'Approve', 30],
      [CHARLIE, 'Reject', 20],
    ],
  })
  await rows.proposal({ group_id: 2, id: 0 })
  for (const id of [1, 2]) {
    await rows.contract({ id, owner: GROUP_ACCOUNT, created_height: 7, created_extrinsic: 3 })
  }
  await rows.contract({ id: 3, owner: BOB, created_height: 7, created_extrinsic: 3 })
  await rows.event({
    height: 2,
    index: 4,
    pallet: 'groups',
    name: 'Proposed',
    group_id: 1,
    proposal_id: 1,
  })
  await rows.event({
    height: 2,
    index: 5,
    pallet: 'groups',
    name: 'Voted',
    group_id: 1,
    proposal_id: 4,
  })
})
after(() => api.close())

test('a group tells its members, thresholds, proposals and contracts', async () => {
  const { group } = await api.query(`{
    group(id: 1) {
      id account name creator epoch deposit(in: COV)
      members { account weight permissions accountGroup { id } }
      thresholds { deploy cancel spend govern }
      proposals { nodes { address } }
      contracts { nodes { id } }
      events { nodes { name } }
    }
  }`)
  assert.deepEqual(group, {
    id: '1',
    account: GROUP_ACCOUNT,
    name: 'bakery',
    creator: ALICE,
    epoch: 1,
    deposit: '1 COV',
    members: [
      {
        account: ALICE,
        weight: 50,
        permissions: ['PROPOSE', 'APPROVE', 'VETO'],
        accountGroup: null,
      },
      { account: BOB, weight: 30, permissions: ['PROPOSE', 'APPROVE'], accountGroup: null },
      { account: CHARLIE, weight: 20, permissions: [], accountGroup: { id: '2' } },
    ],
    thresholds: { deploy: 51, cancel: 51, spend: 51, govern: 81 },
    proposals: { nodes: ['1/4', '1/3', '1/2', '1/1', '1/0'].map((address) => ({ address })) },
    contracts: { nodes: [{ id: '2' }, { id: '1' }] },
    events: { nodes: [{ name: 'Voted' }, { name: 'Proposed' }] },
  })
})

test('groups are found by a member, and none by a stranger', async () => {
  const ask = async (member: string) =>
    (await api.query(`{ groups(member: "${member}") { nodes { id } } }`)).groups.nodes
  assert.deepEqual(await ask(ALICE), [{ id: '2' }, { id: '1' }])
  assert.deepEqual(await ask(BOB), [{ id: '1' }])
  assert.deepEqual(await ask(GROUP_ACCOUNT), [])
})

test('an open proposal tells the votes, and the weight that is missing', async () => {
  const { proposal } = await api.query(`{
    proposal(group: 1, id: 4) {
      id address group { id } proposer state kind
      call { hex pallet name args }
      epoch threshold approveWeight weightFor weightAgainst missingWeight
      votes { member vote weight changedHeight }
      deposit createdAt expires expiresSeconds closedHeight contracts { id }
      events { nodes { name index } }
    }
  }`)
  assert.deepEqual(proposal, {
    id: '4',
    address: '1/4',
    group: { id: '1' },
    proposer: BOB,
    state: 'Open',
    kind: 'Govern',
    call: {
      hex: '0x1602',
      pallet: 'contracts',
      name: 'create',
      args: { members: [{ account: ALICE }] },
    },
    epoch: 1,
    threshold: 81,
    approveWeight: 80,
    weightFor: 30,
    weightAgainst: 20,
    missingWeight: 51,
    votes: [
      { member: BOB, vote: 'Approve', weight: 30, changedHeight: 1 },
      { member: CHARLIE, vote: 'Reject', weight: 20, changedHeight: 2 },
    ],
    deposit: '100000000000000000',
    createdAt: new Date(GENESIS_SECONDS * 1000).toISOString(),
    expires: new Date(EXPIRES * 1000).toISOString(),
    expiresSeconds: EXPIRES,
    closedHeight: null,
    contracts: [],
    events: { nodes: [{ name: 'Voted', index: 5 }] },
  })
})

test('an executed proposal tells what it created, and misses nothing', async () => {
  const { proposal, other } = await api.query(`{
    other: contract(id: 3) { proposal { id } }
    proposal(group: 1, id: 1) {
      state threshold weightFor missingWeight closedHeight closedExtrinsic contracts { id proposal { id } }
    }
  }`)
  assert.deepEqual(proposal, {
    state: 'Executed',
    threshold: 51,
    weightFor: 80,
    missingWeight: 0,
    closedHeight: 7,
    closedExtrinsic: 3,
    contracts: [
      { id: '1', proposal: { id: '1' } },
      { id: '2', proposal: { id: '1' } },
    ],
  })
  assert.deepEqual(other, { proposal: null }, 'somebody else did that in the same extrinsic')
})

test('an open proposal reads as stale in another epoch, else as expired a second past its time', async () => {
  const { group } = await api.query('{ group(id: 1) { proposals { nodes { id state } } } }')
  assert.deepEqual(group.proposals.nodes, [
    { id: '4', state: 'Open' },
    { id: '3', state: 'Expired' },
    { id: '2', state: 'Rejected' },
    { id: '1', state: 'Executed' },
    { id: '0', state: 'Stale' },
  ])
})

const filters: [args: string, addresses: string[]][] = [
  ['first: 3', ['2/0', '1/4', '1/3']],
  ['group: 2', ['2/0']],
  ['group: 9', []],
  ['state: Open', ['2/0', '1/4']],
  ['state: Expired', ['1/3']],
  ['state: Stale', ['1/0']],
  ['state: Rejected, group: 1', ['1/2']],
  ['state: Executed, group: 2', []],
  [`proposer: "${BOB}"`, ['1/4']],
]
for (const [args, addresses] of filters) {
  test(`proposals filtered by (${args})`, async () => {
    const { proposals } = await api.query(`{ proposals(${args}) { nodes { address } } }`)
    assert.deepEqual(
      proposals.nodes.map(({ address }: { address: string }) => address),
      addresses,
    )
  })
}

test('the inner proposals of groups are filtered too', async () => {
  const { groups } = await api.query(
    '{ groups { nodes { proposals(state: Open) { nodes { address } } } } }',
  )
  assert.deepEqual(
    groups.nodes.map(({ proposals }: { proposals: { nodes: unknown } }) => proposals.nodes),
    [[], [{ address: '2/0' }], [{ address: '1/4' }]],
  )
})

test('groups, proposals and members that do not exist are null', async () => {
  assert.deepEqual(
    await api.query(
      '{ group(id: 9) { id } a: proposal(group: 9, id: 0) { id } b: proposal(group: 1, id: 9) { id } }',
    ),
    { group: null, a: null, b: null },
  )
})

test('the votes and the events of many proposals are one statement each', async () => {
  const statements = await api.statementsOf(() =>
    api.query(
      '{ proposals { nodes { weightFor weightAgainst missingWeight votes { member } events { nodes { name } } group { members { account } } } } }',
    ),
  )
  // Proposals, their votes, events and groups, and the groups' members.
  assert.equal(statements.length, 5)
})

test('a member’s inbox is what is open, may be voted on by it, and was not yet', async () => {
  const inboxOf = async (account: string): Promise<string[]> => {
    const { proposals } = await api.query(
      `{ proposals(awaitingVoteOf: "${account}") { nodes { address state } } }`,
    )
    for (const { state } of proposals.nodes) assert.equal(state, 'Open')
    return proposals.nodes.map(({ address }: { address: string }) => address)
  }
  // Neither what is stale, expired or closed, nor what somebody else may vote on.
  assert.deepEqual(await inboxOf(ALICE), ['2/0', '1/4'])
  assert.deepEqual(await inboxOf(BOB), [], 'it has voted')
  assert.deepEqual(await inboxOf(CHARLIE), [], 'it may not vote')
  await api.database.rows.query(`delete from votes where member = '${BOB}' and proposal_id = 4`)
  assert.deepEqual(await inboxOf(BOB), ['1/4'])
})
