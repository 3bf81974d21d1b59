import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Chain, signerFromUri } from '@covenant/chain-client'
import { AGENT, answer, beginWorld, COV, refused, run, type World } from './testing.ts'

// Commands against a real chain. The tests go on from each other, as a group's days do.
let world: World
let chain: Chain
let folder: string
let hello: string

before(async () => {
  world = await beginWorld()
  ;({ chain, folder, hello } = world)
})
after(() => world.end())

const submit: World['submit'] = (...call) => world.submit(...call)
const travel: World['travel'] = (seconds) => world.travel(seconds)

const MEMBERS = ['--member', '//Alice:50', '--member', '//Bob:30', '--member', '//Charlie:20']

test('a group is created with its members, thresholds and money', async () => {
  const shop = ['group', 'create', 'shop', ...MEMBERS, '--deploy-threshold', '51']
  const created = await answer(...shop, '--fund', '20 COV', '--key', '//Alice')
  assert.equal(created.group, 1)
  assert.deepEqual(created.thresholds, { deploy: 51, cancel: 51, spend: 51, govern: 51 })
  const { accounts } = await answer('account', 'show', 'group:1')
  assert.equal(accounts[0].account, created.account)
  assert.equal(BigInt(accounts[0].free), 20n * COV + chain.constants.existentialDeposit)
})

test('what cannot be a group is refused before anything is sent', async () => {
  const { height } = await chain.finalizedHead()
  const create = ['group', 'create', 'x', '--key', '//Alice', '--deploy-threshold', '51']
  await refused(2, /weigh 50 together/, ...create, '--member', '//Alice:50')
  const twice = ['--member', '//Alice:50', '--member', '//Alice:50']
  await refused(2, /named twice/, ...create, ...twice)
  await refused(2, /so it is 51 or more/, ...create, ...MEMBERS, '--govern-threshold', '50')
  await refused(1, /999\d+\.\d+ COV free/, ...create, ...MEMBERS, '--fund', '9999999 COV')
  await refused(2, /is not an address/, ...create, '--member', '5Grw:60')
  const alone = ['--member', '//Alice:60', '--propose', hello, '--node', '1']
  await refused(2, /alone reaches the deploy threshold/, ...create, ...alone)
  const { accounts } = await answer('account', 'show', '//Alice')
  assert.equal(accounts[0].held.length, 1, 'one group, created above')
  assert.ok((await chain.finalizedHead()).height - height < 3)
})

test('keys that may not sign are refused with code 8, and a key file signs', async () => {
  const send = ['account', 'send', 'group:1', '1 COV', '--yes']
  await refused(2, /--key is missing/, ...send)
  await refused(8, /secret on the command line/, ...send, '--key', `0x${'1'.repeat(64)}`)
  await refused(8, /secret on the command line/, ...send, '--key', 'bottom drive obey lake')
  await refused(2, /no such file, nor a key of/, ...send, '--key', join(folder, 'nobody'))
  const file = join(folder, 'key')
  writeFileSync(file, '//Alice\n')
  chmodSync(file, 0o644)
  await refused(8, /others can read .*chmod 600/, ...send, '--key', file)
  chmodSync(file, 0o600)
  assert.equal((await answer(...send, '--key', file)).from, signerFromUri('//Alice').address)
})

test('a proposal is not what the chain would refuse anyway', async () => {
  const propose = ['propose', '1', hello]
  await refused(2, /Add --node ID/, ...propose, '--key', '//Charlie')
  await refused(1, /there is no node 7/, ...propose, '--node', '7', '--key', '//Charlie')
  await refused(2, /There is no group 7/, 'propose', '7', hello, '--node', '1', '--key', '//Bob')
  await refused(1, /may not propose in group 1; these/, ...propose, '--node=1', '--key', '//Dave')
  const cheap = ['--max-rate', '5 units', '--key', '//Charlie']
  await refused(1, /above the limit of .*5 units a second/, ...propose, '--node', '1', ...cheap)
  const long = ['--deadline', '8d', '--key', '//Charlie']
  await refused(2, /must answer within 7 days/, ...propose, '--node', '1', ...long)
  const late = ['--expires', '3d', '--deadline', '2d', '--key', '//Charlie']
  await refused(2, /outlive the offer/, ...propose, '--node', '1', ...late)
})

test('20 propose, 30 are not enough, 50 are, and create the contract in that extrinsic', async () => {
  const escrow = ['--node', '1', '--escrow', '1 COV']
  const proposed = await answer('propose', '1', hello, ...escrow, '--key', '//Charlie')
  assert.equal(proposed.address, '1/0')
  assert.deepEqual([proposed.approved, proposed.threshold, proposed.missing], [20, 51, 31])
  assert.equal(BigInt(proposed.rate), 100n * 1000n + 32n * 1000n + 16n * 10n)

  const shown = await run('review', '1/0')
  assert.match(shown.out, /runs "hello" on node 1[^]*sha256:a{64}[^]*20 of 51 approve/)
  assert.match(shown.out, new RegExp(`body hash +${proposed.bodyHash}`))
  assert.ok(shown.out.includes(proposed.call.hash))

  await refused(1, /may not vote so in group 1/, 'approve', '1/0', '--yes', '--key', '//Dave')
  await refused(2, /add --yes/, 'approve', '1/0', '--key', '//Bob')
  const bob = await answer('approve', '1/0', '--yes', '--key', '//Bob')
  assert.deepEqual([bob.approved, bob.closed, bob.offers], [50, null, []])
  assert.equal(bob.call.hex, proposed.call.hex)
  const alice = await answer('approve', '1/0', '--yes', '--key', '//Alice')
  assert.deepEqual([alice.approved, alice.closed], [100, 'Executed'])
  assert.deepEqual(alice.offers, [{ contract: 1, version: 1, node: 1 }])
  assert.equal((await chain.block(alice.block.height)).hash, alice.block.hash)
})

test('a closed, an unknown and a stale proposal cannot be voted on', async () => {
  await refused(4, /1\/0 is closed/, 'approve', '1/0', '--yes', '--key', '//Bob')
  await refused(2, /There is no proposal 1\/9/, 'approve', '1/9', '--yes', '--key', '//Bob')
  await refused(2, /There is no group 9/, 'reject', '9/0', '--yes', '--key', '//Bob')

  // One waits while the members change.
  const waiting = await answer('cancel', '1', '--as', 'group:1', '--key', '//Charlie')
  const { members, thresholds } = (await chain.groups.get(1))!
  const call = chain.calls.groups.setMembers({ members, thresholds: { ...thresholds, cancel: 50 } })
  const expires = (await chain.clock.now()) + 3600
  await submit('//Alice', chain.calls.groups.propose({ group: 1, call, expires }))
  const change = `1/${(await chain.groups.get(1))!.nextProposal - 1}`
  assert.match((await run('review', change)).out, /cancel threshold +51 +50/)
  assert.equal((await answer('approve', change, '--yes', '--key', '//Bob')).closed, 'Executed')
  await refused(
    4,
    /is stale: members or thresholds .*epoch 0, now 1/,
    'approve',
    waiting.address,
    '--yes',
    '--key',
    '//Bob',
  )
})

test('a proposal that was not decided in time cannot be voted on', async () => {
  const cancel = ['cancel', '1', '--as', 'group:1', '--expires', '90s']
  const { address } = await answer(...cancel, '--key', '//Bob')
  await travel(120)
  await refused(4, /has expired at/, 'approve', address, '--yes', '--key', '//Alice')
  assert.match((await run('group', 'show', '1')).out, new RegExp(`${address} +Expired`))
  // Anyone may clear it away; the deposit is the proposer's.
  const cleared = await answer('clear', address, '--key', '//Dave')
  assert.deepEqual([cleared.address, cleared.closed], [address, 'Cleared'])
  assert.equal(cleared.proposer, signerFromUri('//Bob').address)
  await refused(4, /is closed: it was executed, rejected, withdrawn or/, 'review', address)
})

test('a proposer takes an open proposal back, and nobody else does', async () => {
  const cancel = ['cancel', '1', '--as', 'group:1', '--key', '//Bob']
  const { address } = await answer(...cancel)
  await refused(1, /can still be voted on .*withdraw it/, 'clear', address, '--key', '//Bob')
  const withdraw = ['withdraw', address, '--yes', '--key']
  await refused(1, /who alone may withdraw it; .*covenant reject/, ...withdraw, '//Alice')
  const withdrawn = await answer(...withdraw, '//Bob')
  assert.deepEqual([withdrawn.address, withdrawn.closed], [address, 'Withdrawn'])
  const { accounts } = await answer('account', 'show', '//Bob')
  assert.deepEqual(accounts[0].held, [], 'the deposit came back')
  await refused(4, /is closed/, ...withdraw, '//Bob')
})

test('a member who voted one way may vote the other way while it is open', async () => {
  const cancel = ['cancel', '1', '--as', 'group:1', '--key', '//Bob']
  const { address, approved } = await answer(...cancel)
  assert.equal(approved, 30)
  const against = await answer('reject', address, '--yes', '--key', '//Bob')
  assert.deepEqual([against.approved, against.rejected, against.closed], [0, 30, null])
  const again = await answer('approve', address, '--yes', '--key', '//Bob')
  assert.deepEqual([again.approved, again.rejected, again.closed], [30, 0, null])
  await answer('withdraw', address, '--yes', '--key', '//Bob')
})

test('a wait ends when it is so, when it can never be, and when its time is over', async () => {
  const wait = ['contract', 'show', '1', '--wait']
  await refused(6, /is Offered and not running after 1 s/, ...wait, 'running', '--timeout', '1s')
  await refused(6, /is not there yet/, 'contract', 'show', '5', '--wait', 'closed', '--timeout=1s')
  const waiting = answer(...wait, 'running')
  const { pending } = (await chain.contracts.get(1))!
  const { version, body } = pending!.spec
  const networkKey = `0x${'22'.repeat(32)}` as const
  const accept = chain.calls.contracts.accept({ contract: 1, version, body, networkKey })
  await submit(AGENT, accept)
  const running = await waiting
  assert.equal(running.state, 'Running')
  assert.equal(running.ownerGroup, 1)
  assert.equal(running.content.services.main.command[0], '/bin/sh')
  assert.deepEqual([running.graceUntil, BigInt(running.fundedUntil) > 0n], [null, true])
  assert.match((await run('contract', 'show', '1')).out, /\n *funded until +for \d+ years\n/)
})

test('a contract gets more escrow from anyone, and from a group by its vote', async () => {
  const topUp = ['top-up', '1', '2 COV']
  const { escrow: before } = (await chain.contracts.get(1))!
  const own = await answer(...topUp, '--yes', '--key', '//Dave')
  assert.equal(own.state, 'Running')
  const paid = before + 2n * COV - BigInt(own.escrow)
  assert.ok(paid >= 0n && paid < COV / 1000n, 'what was due is settled first')
  const asked = await answer(...topUp, '--as', 'group:1', '--key', '//Charlie')
  assert.match((await run('review', asked.address)).out, /adds 2 COV to the escrow of contract 1/)
  await answer('approve', asked.address, '--yes', '--key', '//Alice')
  assert.ok((await chain.contracts.get(1))!.escrow > 4n * COV)
  await refused(2, /no contract 9/, 'top-up', '9', '1 COV', '--key', '//Dave')
})

test('a node with a contract that is not closed stays', async () => {
  const remove = ['node', 'remove', '1', '--yes', '--key', '//Ferdie']
  await refused(1, /has 1 contracts that are not closed .*covenant node retire 1/, ...remove)
})

test('a contract is shown with what its node said of its health last', async () => {
  assert.doesNotMatch((await run('contract', 'show', '1')).out, /health/)
  await submit(AGENT, chain.calls.contracts.report({ contract: 1, health: 'Healthy' }))
  assert.match(
    (await run('contract', 'show', '1')).out,
    /health +Healthy, said by its node just now/,
  )
})

test('a rejected proposal says so, and only the owner cancels', async () => {
  const { address } = await answer('cancel', '1', '--as', 'group:1', '--key', '//Bob')
  const against = await answer('reject', address, '--yes', '--key', '//Alice')
  assert.deepEqual([against.rejected, against.closed], [50, null])
  const last = await run('reject', address, '--yes', '--key', '//Charlie')
  assert.match(last.out, new RegExp(`${address} is rejected: what remains cannot reach 50`))
  const own = ['cancel', '1', '--yes', '--key', '//Alice']
  await refused(1, /propose it: covenant cancel 1 --as group:1/, ...own)
})

test('a group ends its contract; what was not used comes back; the sums add up', async () => {
  const before = await answer('account', 'show', 'group:1', '//Ferdie')
  const proposal = await answer('cancel', '1', '--as', 'group:1', '--key', '//Bob')
  const waiting = answer('contract', 'show', '1', '--wait', 'closed')
  const vote = await answer('approve', proposal.address, '--yes', '--key', '//Alice')
  assert.equal(vote.ended[0].contract, 1)
  assert.deepEqual(await waiting.then(({ state, reason }) => [state, reason]), [
    'Closed',
    'Cancelled',
  ])
  const later = await answer('account', 'show', 'group:1', '//Ferdie')
  assert.equal(later.sum, before.sum, 'what the group paid is what the operator got')
  assert.ok(BigInt(vote.ended[0].refund) < 5n * COV, 'it ran for a while')
  await refused(
    4,
    /Closed \(Cancelled\) and will not run/,
    'contract',
    'show',
    '1',
    '--wait=running',
  )
  await refused(4, /closed already/, 'cancel', '1', '--as', '1', '--key', '//Bob')
  await refused(2, /There is no contract 8/, 'cancel', '8', '--key', '//Bob')
})

test('a group can begin with its first proposal, in the same transaction', async () => {
  const two = ['--member', '//Alice:50', '--member', '//Bob:50', '--deploy-threshold', '60']
  const first = ['--propose', hello, '--node', '1', '--escrow', '1 COV', '--fund', '5 COV']
  const created = await answer('group', 'create', 'two', ...two, ...first, '--key', '//Alice')
  assert.equal(created.proposal.address, `${created.group}/0`)
  assert.deepEqual(created.proposal.block, created.block)
  const vote = await answer('approve', created.proposal.address, '--yes', '--key', '//Bob')
  const [{ contract, version }] = vote.offers
  const decline = { contract, version, reason: 'Policy' } as const
  await submit(AGENT, chain.calls.contracts.decline(decline))
  const show = ['contract', 'show', String(contract), '--wait', 'running']
  await refused(4, /Closed \(Declined\(Policy\)\) and will not run/, ...show)
})

test('a body that its holder drops gives the deposit back', async () => {
  const held = async () => {
    const { accounts } = await answer('account', 'show', '//Charlie')
    return accounts[0].held.filter(({ reason }: { reason: string }) => reason === 'contracts.Body')
  }
  assert.equal((await held()).length, 1)
  const body = (await chain.contracts.tombstone(1))!.body
  await answer('body', 'drop', body, '--key', '//Charlie')
  assert.deepEqual(await held(), [])
  await refused(1, /nothing but the fee/, 'body', 'drop', body, '--key', '//Charlie')
  await refused(2, /body hash: .*has 2 bytes/, 'body', 'drop', '0x1234', '--key', '//Charlie')
})

test('a node that was not seen for a window is refused before anything is sent', async () => {
  assert.match((await run('node', 'show', '1')).out, /takes work +yes/)
  await travel(chain.constants.nodes.window + 60)
  assert.match((await run('node', 'show', '1')).out, /takes work +no: not seen for 1200 s/)
  await refused(
    1,
    /node 1 has not been seen lately/,
    'propose',
    '1',
    hello,
    '--node=1',
    '--key',
    '//Bob',
  )
})

test('an operator drains, resumes, retires and removes a node; nobody else does', async () => {
  const node = (verb: string, key = '//Ferdie') => ['node', verb, '1', '--yes', '--key', key]
  await refused(1, /is operated by .*sign with its key/, ...node('drain', '//Bob'))
  assert.equal((await answer(...node('drain'))).state, 'Draining')
  assert.match((await run('node', 'show', '1')).out, /takes work +no: it is Draining/)
  await refused(1, /is Draining already/, ...node('drain'))
  assert.equal((await answer(...node('resume'))).state, 'Active')
  assert.equal((await answer(...node('retire'))).state, 'Retired')
  await refused(1, /is Retired, which is for good/, ...node('resume'))
  const { deposit } = (await chain.nodes.get(1))!
  assert.equal(BigInt((await answer(...node('remove'))).deposit), deposit)
  assert.equal(await chain.nodes.get(1), null)
  await refused(2, /There is no node 1/, ...node('remove'))
})
