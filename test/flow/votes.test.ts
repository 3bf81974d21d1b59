import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  connect,
  signerFromUri,
  type Call,
  type Chain,
  type Member,
  type Signer,
} from '@covenant/chain-client'
import { startEmbeddedChain, type EmbeddedChain } from '@covenant/chain-client/embedded/start'

const folder = mkdtempSync(join(tmpdir(), 'covenant-votes-'))
let embedded: EmbeddedChain
let chain: Chain
const [alice, bob, charlie] = ['//Alice', '//Bob', '//Charlie'].map(signerFromUri) as [
  Signer,
  Signer,
  Signer,
]
const thresholds = { deploy: 51, cancel: 51, spend: 51, govern: 51 }
const COV = 10n ** 18n

before(async () => {
  embedded = await startEmbeddedChain({ dir: folder, port: 0 })
  chain = await connect({ endpoint: embedded.url })
})
after(async () => {
  await chain.close()
  await embedded.stop()
  rmSync(folder, { recursive: true })
})

const member = (signer: Signer, weight: number): Member => ({
  account: signer.address,
  weight,
  permissions: ['PROPOSE', 'APPROVE'],
})

async function submit(call: Call, signer: Signer) {
  const outcome = await chain.submit(call, signer)
  return { ...outcome, error: outcome.error?.name }
}

/** A group of 50, 30 and 20 with 10 COV of its own; its id. */
async function makeGroup(): Promise<number> {
  const members = [member(alice, 50), member(bob, 30), member(charlie, 20)]
  const { events, error } = await submit(
    chain.calls.groups.createGroup({ name: 'trio', members, thresholds }),
    alice,
  )
  assert.equal(error, undefined)
  const created = events.find(({ type }) => type === 'groups.GroupCreated')
  assert.ok(created?.type === 'groups.GroupCreated')
  const { group, account } = created.data
  await submit(chain.calls.balances.transferKeepAlive({ to: account, amount: 10n * COV }), alice)
  return group
}

/** Charlie (20) proposes that the group pays `amount` to Bob; the proposal's id. */
async function propose(group: number, call: Call): Promise<number> {
  const expires = (await chain.clock.now()) + 3_600
  const { events, error } = await submit(
    chain.calls.groups.propose({ group, call, expires }),
    charlie,
  )
  assert.equal(error, undefined)
  const proposed = events.find(({ type }) => type === 'groups.Proposed')
  assert.ok(proposed?.type === 'groups.Proposed')
  return proposed.data.proposal
}

const pay = (amount: bigint) => chain.calls.balances.transferKeepAlive({ to: bob.address, amount })
const groupFree = async (group: number) =>
  (await chain.balances.of(chain.groups.accountOf(group))).free

test('the vote that reaches the threshold executes in its own extrinsic, and an earlier one does not', async () => {
  const group = await makeGroup()
  const before = await groupFree(group)
  const proposal = await propose(group, pay(COV))
  const second = await submit(chain.calls.groups.approve({ group, proposal, call: pay(COV) }), bob)
  assert.equal(second.error, undefined)
  assert.equal(await groupFree(group), before, '50 of 51 moves nothing')
  const third = await submit(chain.calls.groups.approve({ group, proposal, call: pay(COV) }), alice)
  const names = third.events.map(({ pallet, name }) => `${pallet}.${name}`)
  for (const name of ['groups.ProposalClosed', 'balances.Transfer']) {
    assert.ok(names.includes(name), `${name} in ${names.join(', ')}`)
  }
  assert.equal(await groupFree(group), before - COV)
})

test('an approval that is sent again after it was counted changes nothing', async () => {
  const group = await makeGroup()
  const proposal = await propose(group, pay(COV))
  const approval = chain.calls.groups.approve({ group, proposal, call: pay(COV) })
  assert.equal((await submit(approval, bob)).error, undefined)
  assert.equal((await submit(approval, bob)).error, 'AlreadyVoted')
  assert.equal((await chain.groups.proposal(group, proposal))?.votes.length, 2)
  assert.equal((await submit(approval, alice)).error, undefined)
  const paid = await groupFree(group)
  assert.equal((await submit(approval, alice)).error, 'ProposalNotFound')
  assert.equal(await groupFree(group), paid, 'it was paid once')
})

test('an approval of another call than the proposed one is refused', async () => {
  const group = await makeGroup()
  const before = await groupFree(group)
  const proposal = await propose(group, pay(COV))
  const other = chain.calls.groups.approve({ group, proposal, call: pay(2n * COV) })
  assert.equal((await submit(other, alice)).error, 'CallMismatch')
  assert.equal((await chain.groups.proposal(group, proposal))?.votes.length, 1)
  assert.equal(await groupFree(group), before)
})

test('a member removed while a vote is open ends that vote', async () => {
  const group = await makeGroup()
  const before = await groupFree(group)
  const open = await propose(group, pay(COV))
  assert.equal(
    (await submit(chain.calls.groups.approve({ group, proposal: open, call: pay(COV) }), bob))
      .error,
    undefined,
  )
  const withoutBob = chain.calls.groups.setMembers({
    members: [member(alice, 50), member(charlie, 20)],
    thresholds,
  })
  const removal = await propose(group, withoutBob)
  const decided = await submit(
    chain.calls.groups.approve({ group, proposal: removal, call: withoutBob }),
    alice,
  )
  assert.equal(decided.error, undefined)
  assert.equal((await chain.groups.get(group))?.epoch, 1)
  // Bob's 30 were counted; with Alice's 50 they would have been enough.
  const late = chain.calls.groups.approve({ group, proposal: open, call: pay(COV) })
  assert.equal((await submit(late, alice)).error, 'ProposalStale')
  assert.equal((await submit(late, bob)).error, 'NotMember')
  assert.equal(await groupFree(group), before)
})
