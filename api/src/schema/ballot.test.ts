import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestApi, openTestApi } from '../testing/api.ts'
import { ALICE, BOB, CHARLIE, GROUP_ACCOUNT, secondsAt } from '../testing/rows.ts'

const members = [
  { account: ALICE, weight: 50, permissions: ['PROPOSE', 'APPROVE'] },
  { account: BOB, weight: 30, permissions: ['APPROVE'] },
  { account: CHARLIE, weight: 20, permissions: ['VETO'] },
]
const before80 = [{ account: ALICE, weight: 1, permissions: ['PROPOSE', 'APPROVE'] }]

let api: TestApi
before(async () => {
  api = await openTestApi()
  const { rows } = api.database
  await rows.head(50)
  for (const height of [1, 7]) await rows.block(height)
  await rows.group({ id: 1, epoch: 1, members })
  await rows.query('delete from group_epochs')
  await rows.epoch({ group_id: 1, epoch: 0, members: before80, approve_weight: 1 })
  const now = { members, approve_weight: 80, created_height: 7, threshold_cancel: 40 }
  await rows.epoch({ group_id: 1, epoch: 1, ...now })
  const open = { group_id: 1, epoch: 1 }
  await rows.proposal({ ...open, id: 0 })
  await rows.proposal({ ...open, id: 1, votes: [[ALICE, 'Approve', 50]] })
  await rows.proposal({ ...open, id: 2, votes: [[BOB, 'Reject', 30]] })
  await rows.proposal({ ...open, id: 3, kind: 'Govern' })
  await rows.proposal({ ...open, id: 4, state: 'Rejected', closed_height: 9 })
  await rows.proposal({ ...open, id: 5, expires: secondsAt(49) })
  await rows.proposal({ ...open, id: 6, kind: 'Cancel' })
  await rows.group({ id: 2, dissolved_height: 9, epoch: 4 })
  await rows.proposal({ group_id: 2, id: 0, transaction_version: 9, expires: secondsAt(49) })
})
after(() => api.close())

type Told = [proposal: number, member: string, does: string]

/** The threshold is 51 of 80; of the last 40. */
const ballots: [what: string, ...Told][] = [
  ['where more is missing it does not carry it, but can end it', 0, ALICE, 'approve reject!'],
  ['what was missing carries it', 1, BOB, 'approve! reject!'],
  ['too little to end it ends nothing', 6, BOB, 'approve reject'],
  [
    'who approved may change its mind, and that decides where the rest is too little',
    1,
    ALICE,
    'reject!',
  ],
  ['who rejected may change its mind', 2, BOB, 'approve'],
  ['a rejection that leaves too little decides', 2, ALICE, 'approve reject!'],
  ['a veto decides, whatever its weight', 0, CHARLIE, 'reject!'],
  ['there is no veto against who decides', 3, CHARLIE, ''],
  ['what is closed is not voted on', 4, ALICE, ''],
  ['what has expired is not voted on', 5, ALICE, ''],
]
for (const [what, id, member, does] of ballots) {
  test(`a ballot: ${what}`, async () => {
    const { proposal } = await api.query(
      `{ proposal(group: 1, id: ${id}) {
        threshold approveWeight ballot(member: "${member}") { mayApprove mayReject approvalDecides rejectionDecides }
      } }`,
    )
    const { ballot } = proposal
    const told = [
      ballot.mayApprove ? `approve${ballot.approvalDecides ? '!' : ''}` : '',
      ballot.mayReject ? `reject${ballot.rejectionDecides ? '!' : ''}` : '',
    ]
    assert.equal(told.filter((word) => word !== '').join(' '), does)
  })
}

test('a ballot tells what counts of a member’s weight, and its vote; who is no member has none', async () => {
  const { proposal } = await api.query(`{
    proposal(group: 1, id: 1) {
      alice: ballot(member: "${ALICE}") { member weight vote }
      charlie: ballot(member: "${CHARLIE}") { member weight vote }
      nobody: ballot(member: "${GROUP_ACCOUNT}") { weight }
    }
  }`)
  assert.deepEqual(proposal, {
    alice: { member: ALICE, weight: 50, vote: 'Approve' },
    charlie: { member: CHARLIE, weight: 0, vote: null },
    nobody: null,
  })
})

test('a member who may veto alone has no vote on who decides in its inbox', async () => {
  const { proposals } = await api.query(
    `{ proposals(awaitingVoteOf: "${CHARLIE}") { nodes { address } } }`,
  )
  assert.deepEqual(
    proposals.nodes.map(({ address }: { address: string }) => address),
    ['1/6', '1/2', '1/1', '1/0'],
  )
})

test('every reason why a proposal is not voted on is told, not the first alone', async () => {
  const { proposals } = await api.query('{ proposals { nodes { address staleReasons } } }')
  const told = new Map(
    proposals.nodes.map(
      ({ address, staleReasons }: { address: string; staleReasons: string[] }) => [
        address,
        staleReasons,
      ],
    ),
  )
  assert.deepEqual(told.get('2/0'), [
    ...['MEMBERS_CHANGED', 'GROUP_DISSOLVED', 'CALLS_CHANGED', 'EXPIRED'],
  ])
  assert.deepEqual(told.get('1/5'), ['EXPIRED'])
  assert.deepEqual(told.get('1/4'), [], 'it is closed')
  assert.deepEqual(told.get('1/0'), [])
})

test('a group tells its members and thresholds over time', async () => {
  const { group } = await api.query(`{
    group(id: 1) {
      epochs { nodes { epoch members { account weight permissions } thresholds { deploy } approveWeight createdHeight createdAt } }
    }
  }`)
  const isoAt = (height: number) => new Date(secondsAt(height) * 1000).toISOString()
  const thresholds = { deploy: 51 }
  assert.deepEqual(group.epochs.nodes, [
    {
      ...{ epoch: 1, members, thresholds, approveWeight: 80 },
      ...{ createdHeight: 7, createdAt: isoAt(7) },
    },
    {
      ...{ epoch: 0, members: before80, thresholds, approveWeight: 1 },
      ...{ createdHeight: 1, createdAt: isoAt(1) },
    },
  ])
})
