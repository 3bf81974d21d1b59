import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { startTestPostgres, type TestPostgres } from '@covenant/schema/testing'
import { openRows, type TestRows } from '../testing/rows.ts'
import { ALICE, BOB, CHARLIE, event, GROUP_ACCOUNT } from '../testing/story.ts'

let postgres: TestPostgres
let rows: TestRows
before(async () => {
  postgres = await startTestPostgres()
})
after(() => postgres.stop())
beforeEach(async () => {
  rows = await openRows(postgres)
})
afterEach(() => rows.close())

const members = () =>
  rows.all(
    'SELECT account, position, weight, permissions, created_height, changed_height FROM members ORDER BY position',
  )

test('a new group has its facts, its members in order and epoch 0', async () => {
  const height = await rows.happen(event('groups.GroupCreated'))
  assert.deepEqual(await rows.one('SELECT * FROM groups'), {
    id: 1,
    account: GROUP_ACCOUNT,
    name: 'shop',
    creator: ALICE,
    deposit: 10n ** 18n,
    epoch: 0,
    threshold_deploy: 51,
    threshold_cancel: 51,
    threshold_spend: 60,
    threshold_govern: 80,
    next_proposal: 0,
    created_height: height,
    changed_height: height,
    beneficiary: null,
    dissolved_height: null,
  })
  const at = { created_height: height, changed_height: height }
  assert.deepEqual(await members(), [
    { account: ALICE, position: 0, weight: 50, permissions: ['PROPOSE', 'APPROVE'], ...at },
    { account: BOB, position: 1, weight: 30, permissions: ['APPROVE', 'VETO'], ...at },
    { account: CHARLIE, position: 2, weight: 20, permissions: ['PROPOSE'], ...at },
  ])
  const epoch = await rows.one('SELECT * FROM group_epochs')
  assert.equal(epoch['epoch'], 0)
  assert.equal(epoch['approve_weight'], 80)
})

test('new members replace the old ones, who stay in their epoch', async () => {
  const created = await rows.happen(event('groups.GroupCreated'))
  const changed = await rows.happen(event('groups.MembersSet'))
  assert.deepEqual(await members(), [
    {
      account: BOB,
      position: 0,
      weight: 1,
      permissions: ['PROPOSE', 'APPROVE'],
      created_height: created,
      changed_height: changed,
    },
  ])
  const group = await rows.one('SELECT epoch, threshold_govern, changed_height FROM groups')
  assert.deepEqual(group, { epoch: 1, threshold_govern: 1, changed_height: changed })
  assert.deepEqual(
    await rows.all(
      'SELECT epoch, jsonb_array_length(members) AS members, approve_weight FROM group_epochs ORDER BY epoch',
    ),
    [
      { epoch: 0, members: 3, approve_weight: 80 },
      { epoch: 1, members: 1, approve_weight: 1 },
    ],
  )
})

test('a proposal has its call in bytes and in words, and the group counts it', async () => {
  await rows.happen(event('groups.GroupCreated'))
  const height = await rows.happen(event('groups.Proposed'), event('groups.Voted'))
  assert.deepEqual(await rows.one('SELECT * FROM proposals'), {
    group_id: 1,
    id: 0,
    proposer: ALICE,
    call: '0x1602',
    call_pallet: 'contracts',
    call_name: 'create',
    call_args: { node: 1, escrow: '5' },
    kind: 'Deploy',
    epoch: 0,
    transaction_version: 1,
    created_at: 1_800_000_000,
    expires: 1_800_086_400,
    deposit: 10n ** 17n,
    state: 'Open',
    created_height: height,
    created_extrinsic: 1,
    changed_height: height,
    closed_height: null,
    closed_extrinsic: null,
  })
  assert.deepEqual(await rows.one('SELECT next_proposal, changed_height FROM groups'), {
    next_proposal: 1,
    changed_height: height,
  })
})

test('a member has one vote, the latest', async () => {
  await rows.happen(event('groups.GroupCreated'), event('groups.Proposed'))
  const first = await rows.happen(event('groups.Voted', { member: BOB, weight: 30 }))
  const second = await rows.happen(
    event('groups.Voted', { member: BOB, weight: 30, vote: 'Reject' }),
  )
  assert.deepEqual(
    await rows.all('SELECT member, vote, weight, created_height, changed_height FROM votes'),
    [{ member: BOB, vote: 'Reject', weight: 30, created_height: first, changed_height: second }],
  )
  assert.equal((await rows.one('SELECT changed_height FROM proposals'))['changed_height'], second)
})

for (const outcome of ['Executed', 'Rejected', 'Withdrawn', 'Cleared'] as const) {
  test(`a proposal that is ${outcome.toLowerCase()} knows where, and takes no further vote`, async () => {
    await rows.happen(event('groups.GroupCreated'), event('groups.Proposed'))
    const height = await rows.happen(
      event('groups.Voted'),
      event('groups.ProposalClosed', { outcome }),
    )
    assert.deepEqual(
      await rows.one(
        'SELECT state, changed_height, closed_height, closed_extrinsic FROM proposals',
      ),
      { state: outcome, changed_height: height, closed_height: height, closed_extrinsic: 1 },
    )
    await assert.rejects(
      rows.happen(event('groups.Voted', { member: BOB })),
      /proposal 1\/0, which is \w+/,
    )
  })
}

test('a dissolved group has no members, and knows where it ended and who got what it had', async () => {
  await rows.happen(event('groups.GroupCreated'))
  const height = await rows.happen(event('groups.GroupDissolved'))
  assert.deepEqual(
    await rows.one('SELECT beneficiary, dissolved_height, changed_height FROM groups'),
    { beneficiary: CHARLIE, dissolved_height: height, changed_height: height },
  )
  assert.deepEqual(await members(), [])
  // Who decided in its epochs stays to be seen.
  assert.equal((await rows.all('SELECT * FROM group_epochs')).length, 1)
  await assert.rejects(
    rows.happen(event('groups.GroupDissolved')),
    /group 1 is dissolved once more/,
  )
})

test('new validators are an event and change no row', async () => {
  await rows.happen(event('groups.GroupCreated'))
  await rows.happen(event('validators.ValidatorsSet'))
  assert.deepEqual(
    await rows.all("SELECT name, accounts FROM events WHERE pallet = 'validators'"),
    [{ name: 'ValidatorsSet', accounts: [ALICE, BOB] }],
  )
})

const astray: [string, Parameters<TestRows['happen']>, RegExp][] = [
  ['members of a group that is not there', [event('groups.MembersSet', { group: 9 })], /group 9/],
  [
    'a vote on no proposal',
    [event('groups.Voted', { proposal: 9 })],
    /proposal 1\/9, which is not there/,
  ],
  [
    'the end of no proposal',
    [event('groups.ProposalClosed', { proposal: 9 })],
    /proposal 1\/9, which is not there/,
  ],
  ['a proposal number that was left out', [event('groups.Proposed', { proposal: 3 })], /group 1/],
]
for (const [name, events, message] of astray) {
  test(`${name} stops the indexer and changes nothing`, async () => {
    await rows.happen(event('groups.GroupCreated'))
    await assert.rejects(rows.happen(...events), { name: 'Inconsistent', message })
    assert.deepEqual(await rows.all('SELECT height FROM head'), [{ height: 1 }])
    assert.deepEqual(await rows.all('SELECT * FROM events WHERE height = 2'), [])
  })
}

test('a member who goes and comes back between two writes of the rows is a new one', async () => {
  await rows.happen(event('groups.GroupCreated'))
  const alone = event('groups.MembersSet')
  const again = event('groups.MembersSet', {
    members: [{ account: ALICE, weight: 2, permissions: ['PROPOSE', 'APPROVE'] }],
    epoch: 2,
  })
  const height = await rows.happen(alone, again)
  assert.deepEqual(await members(), [
    {
      ...{ account: ALICE, position: 0, weight: 2, permissions: ['PROPOSE', 'APPROVE'] },
      ...{ created_height: height, changed_height: height },
    },
  ])
})
