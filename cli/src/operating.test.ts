import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Chain, signerFromUri } from '@covenant/chain-client'
import {
  accountOf,
  connectApi,
  nextVersion,
  request,
} from '@covenant/chain-client/embedded/testing'
import { blake2Hash } from '@covenant/schema/hash'
import { AGENT, answer, beginWorld, createShop, COV, refused, run, type World } from './testing.ts'

// What owners, operators, groups and anybody else do about what is on the chain already.
let world: World
let chain: Chain

before(async () => {
  world = await beginWorld()
  ;({ chain } = world)
  await createShop('20 COV')
})
after(() => world.end())

const CHARLIE = ['--key', '//Charlie']
const addressOf = (uri: string) => signerFromUri(uri).address

/** Bob and Alice approve, which decides everything in group 1. */
async function pass(address: string): Promise<void> {
  await answer('approve', address, '--yes', '--key', '//Bob')
  assert.equal((await answer('approve', address, '--yes', '--key', '//Alice')).closed, 'Executed')
}

let names = 0
/** A contract of Dave's own on node 1, offered; its id, and its file. */
async function offer(...times: string[]): Promise<{ contract: number; file: string }> {
  names += 1
  const file = join(world.folder, `own-${names}.yaml`)
  writeFileSync(
    file,
    readFileSync(world.hello, 'utf8').replace('name: hello', `name: own-${names}`),
  )
  return { contract: await carryOut(file, ...times), file }
}

async function carryOut(file: string, ...times: string[]): Promise<number> {
  const saved = join(world.folder, 'plan.json')
  const terms = ['--node', '1', '--escrow', '1 COV', '--key', '//Dave']
  await answer('plan', file, ...terms, ...times, '-o', saved)
  return (await answer('apply', saved, '--yes', '--key', '//Dave')).offers[0].contract
}

test('members come, go and weigh otherwise by the group’s own vote, after all of it was shown', async () => {
  const change = ['group', 'set-members', '1', '--member', '//Dave:10', '--remove', '//Charlie']
  const spend = ['--spend-threshold', '40']
  const asked = await run(...change, ...spend, '--key', '//Alice', '--no-input')
  assert.equal(asked.code, 2)
  const { address: dave } = signerFromUri('//Dave')
  for (const told of [
    new RegExp(`${addressOf('//Charlie')} +20 propose\\+approve +—`),
    new RegExp(`${dave} +— +10 propose\\+approve`),
    /spend threshold +51 +40/,
  ]) {
    assert.match(asked.err, told)
  }
  const stranger = ['group', 'set-members', '1', '--remove', '//Eve', '--key', '//Alice']
  await refused(2, /--remove: 5\w+ is no member of group 1/, ...stranger)
  const few = ['--remove', '//Alice', '--key', '//Bob']
  await refused(2, /weigh 50 together/, 'group', 'set-members', '1', ...few)

  const { address } = await answer(...change, ...spend, '--yes', '--key', '//Alice')
  await answer('approve', address, '--yes', '--key', '//Bob')
  const after = (await chain.groups.get(1))!
  const accounts = after.members.map(({ account }) => account)
  assert.deepEqual(accounts, [addressOf('//Alice'), addressOf('//Bob'), dave])
  assert.equal(after.thresholds.spend, 40)

  const back = ['--member', '//Charlie:20', '--remove', '//Dave', '--yes', '--key', '//Alice']
  const again = await answer('group', 'set-members', '1', ...back, '--spend-threshold', '51')
  await answer('approve', again.address, '--yes', '--key', '//Bob')
})

test('a group pays, by its vote', async () => {
  const { address } = await answer('account', 'send', '//Eve', '1 COV', '--as', '1', ...CHARLIE)
  const before = (await chain.balances.of(addressOf('//Eve'))).free
  await pass(address)
  assert.equal((await chain.balances.of(addressOf('//Eve'))).free - before, COV)
})

test('an update is taken back by its owner alone, and what runs goes on', async () => {
  const { contract, file } = await offer()
  const id = String(contract)
  const withdraw = ['contract', 'withdraw-update', id, '--yes', '--key']
  await refused(1, /to take back the offer: covenant cancel/, ...withdraw, '//Dave')
  await world.answerOffer(AGENT, contract, 'accept')
  await refused(1, /has no update that its node has yet to answer$/m, ...withdraw, '//Dave')
  writeFileSync(file, readFileSync(file, 'utf8').replace('sleep 5', 'sleep 6'))
  await carryOut(file)
  await refused(1, /is not owned by .*sign with the key of/, ...withdraw, '//Bob')
  assert.equal((await answer(...withdraw, '//Dave')).version, 2)
  const { running, pending } = (await chain.contracts.get(contract))!
  assert.deepEqual([running?.version, pending], [1, null])
})

test('anyone has a contract settled, which pays its node', async () => {
  const settle = ['contract', 'settle', '1', '--key', '//Bob']
  // Whatever touched the contract last has settled it: nothing is due within the same second.
  await world.travel(60)
  const { events } = await answer(...settle)
  assert.equal(events[0].type, 'contracts.Settled')
  assert.ok(BigInt(events[0].data.paid) > 0n)
  assert.match(
    (await run(...settle)).out,
    /the node was paid .* COV, .* is left, and contract 1 is Running/,
  )
})

test('an offer and an update that nobody answered are ended by anyone, once their time is over', async () => {
  const short = ['--expires', '2m', '--deadline', '3m']
  const { contract } = await offer(...short)
  const expire = (id: number) => ['contract', 'expire', String(id), '--key', '//Bob']
  await refused(1, /Its offer stands until .*Nothing was signed/, ...expire(contract))
  await world.travel(240)
  const { events } = await answer(...expire(contract))
  const closed = events.find(({ type }: { type: string }) => type === 'contracts.Closed')
  assert.deepEqual([closed.data.reason, closed.data.refund], ['Expired', String(COV)])
  await refused(1, /is closed already/, ...expire(contract))

  const second = await offer()
  await world.answerOffer(AGENT, second.contract, 'accept')
  writeFileSync(second.file, readFileSync(second.file, 'utf8').replace('sleep 5', 'sleep 6'))
  await carryOut(second.file, ...short)
  await world.travel(240)
  const { out } = await run(...expire(second.contract))
  assert.match(out, /version 2 of contract \d+ is dropped \(Expired\), and what runs goes on/)
})

test('a node changes what it offers, and only what is named', async () => {
  const before = (await chain.nodes.get(1))!
  const update = ['node', 'update', '1', '--cpu-price', '1234 units', '--region', 'us']
  await refused(1, /is operated by .*: sign with its key/, ...update, '--yes', '--key', '//Bob')
  const nothing = ['node', 'update', '1', '--region', 'eu', '--yes', '--key', '//Ferdie']
  await refused(2, /Nothing would change of node 1/, ...nothing)
  const { changes } = await answer(...update, '--yes', '--key', '//Ferdie')
  assert.deepEqual(
    changes.map(({ what }: { what: string }) => what),
    ['price of cpu', 'region'],
  )
  assert.deepEqual(await chain.nodes.get(1), {
    ...{ ...before, region: 'us', prices: { ...before.prices, cpu: 1234n } },
  })
})

test('a group operates a node: each of its calls is proposed to it, and read in words', async () => {
  const group = chain.groups.accountOf(1)
  const register = chain.calls.nodes.register({
    agent: signerFromUri('//Eve//agent').address,
    sealingKey: `0x${'11'.repeat(32)}`,
    resources: { cpu: 4000, memory: 2048, storage: 8192, gpus: 0, publicIpv4: 0 },
    prices: { cpu: 7n, memory: 1n, storage: 1n, gpu: 0n, publicIpv4: 0n },
    region: 'eu\u202E',
    attributes: [{ key: 'sandbox', value: 'bubblewrap' }],
    endpoint: '',
  })
  const expires = (await chain.clock.now()) + 3600
  const { nextProposal } = (await chain.groups.get(1))!
  await world.submit('//Charlie', chain.calls.groups.propose({ group: 1, call: register, expires }))
  const { out } = await run('review', `1/${nextProposal}`)
  assert.match(out, /group 1 registers a node that it operates, to be served by 5/)
  assert.match(out, /cpu +— +4000m\n/)
  assert.match(out, /region +— +eu\\u\{202e\}\n/, 'what would turn the order around is written out')
  assert.match(out, /a deposit of .* is held until the node is removed/)
  await pass(`1/${nextProposal}`)
  assert.equal((await chain.nodes.get(2))?.operator, group)

  await refused(
    1,
    /propose it to that group: --as group:1/,
    'node',
    'drain',
    '2',
    ...CHARLIE,
    '--yes',
  )
  const reviewed = async (...words: string[]) => {
    const { address } = await answer('node', ...words, '--as', 'group:1', ...CHARLIE)
    const { out } = await run('review', address)
    await pass(address)
    return out
  }
  assert.match(
    await reviewed('update', '2', '--cpu-price', '9 units'),
    /changes what node 2 offers, and for how much \(1 changes\)[^]*price of cpu +7 units a second.* +9 units a second/,
  )
  assert.equal((await chain.nodes.get(2))?.prices.cpu, 9n)
  assert.match(await reviewed('drain', '2'), /makes node 2 Draining/)

  const agent = signerFromUri('//Eve//other').address
  const sealingKey = `0x${'12'.repeat(32)}` as const
  const rotate = chain.calls.nodes.rotateAgent({ node: 2, agent, sealingKey })
  const { nextProposal: next } = (await chain.groups.get(1))!
  await world.submit('//Charlie', chain.calls.groups.propose({ group: 1, call: rotate, expires }))
  const rotation = await run('review', `1/${next}`)
  assert.match(rotation.out, new RegExp(`has node 2 served by the agent ${agent}`))
  assert.match(rotation.out, new RegExp(`then +${agent}\\n +sealing key +${sealingKey}`))
  await pass(`1/${next}`)
  assert.equal((await chain.nodes.get(2))?.namedAgent, agent)

  assert.match(await reviewed('remove', '2'), /takes node 2 off the chain, for good/)
  assert.equal(await chain.nodes.get(2), null)
})

test('the network is summed up from the chain', async () => {
  const stats = await answer('network', 'stats')
  assert.deepEqual([stats.nodes.all, stats.nodes.takingWork, stats.nodes.total.cpu], [1, 1, 2000])
  assert.deepEqual([stats.nodes.reserved.cpu, stats.nodes.cheapestCpu], [200, '1234'])
  assert.deepEqual([stats.contracts.open.Running, stats.contracts.ever], [2, 3])
  const { out } = await run('network', 'stats')
  assert.match(out, /nodes +1, of which 1 seen lately and 1 take work\n/)
  assert.match(out, /contracts +0 Offered, 2 Running, 0 Suspended, of 1 owner; 3 ever/)
  assert.match(out, /\ncpu +2000m|2 +200m +10 %/)
})

test('once a node has retired, anyone closes its contracts; a month later what is left is cleared away', async () => {
  const close = ['contract', 'close', '1', '--key', '//Bob']
  await refused(1, /Contract 1 is Running, and node 1 is not retired/, ...close)
  await answer('node', 'retire', '1', '--yes', '--key', '//Ferdie')
  const { events } = await answer(...close)
  const closed = events.find(({ type }: { type: string }) => type === 'contracts.Closed')
  assert.equal(closed.data.reason, 'NodeRetired')
  const prune = ['contract', 'prune', '1', '--key', '//Bob']
  await refused(1, /What is left of it stays until .*\(in (29|30) days\)/, ...prune)
  await advance(31 * 86_400)
  const pruned = (await answer(...prune)).events[0]
  assert.equal(pruned.type, 'contracts.Pruned')
  await refused(1, /Of contract 1 nothing is left/, ...prune)
})

/** Moves the chain's clock without the blocks between, as Root. */
async function advance(seconds: number): Promise<void> {
  const undo: (() => unknown)[] = []
  const api = await connectApi({ after: (step) => void undo.push(step) }, chain.endpoint)
  const key = api.query['clock']!['moment']!.key()
  const moment = Buffer.from(
    (await request<string>(chain.endpoint, 'state_getStorage', [key])).slice(2),
    'hex',
  )
  moment.writeBigUInt64LE(moment.readBigUInt64LE(0) + BigInt(seconds) * 1000n, 0)
  const set = api.tx['system']!['setStorage']!([[key, `0x${moment.toString('hex')}`]])
  const before = await chain.clock.now()
  await api.tx['sudo']!['sudo']!(set).signAndSend(accountOf('//Alice'), { nonce: -1 })
  while ((await chain.clock.now()) < before + seconds) await world.travel(1)
  for (const step of undo) await step()
}

test('a group that is a member of another votes there by a vote of its own', async () => {
  const members = ['--member', 'group:1:60', '--member', '//Eve:40', '--deploy-threshold', '50']
  const { group } = await answer('group', 'create', 'both', ...members, '--key', '//Eve')
  const call = chain.calls.balances.transferKeepAlive({ to: addressOf('//Bob'), amount: 1n })
  const expires = (await chain.clock.now()) + 3600
  await world.submit('//Eve', chain.calls.groups.propose({ group, call, expires }))
  const vote = (...words: string[]) => ['reject', `${group}/0`, '--yes', ...words, ...CHARLIE]
  await refused(1, /may not vote so in group/, ...vote())
  const { address } = await answer(...vote('--as', 'group:1'))
  assert.match((await run('review', address)).out, new RegExp(`group 1 votes against ${group}/0`))
  await pass(address)
  assert.equal(await chain.groups.proposal(group, 0), null, 'rejected by 60 of 100')
})

test('a group ends itself, after all that it has and who gets it was shown', async () => {
  const dissolve = ['group', 'dissolve', '1', '--to', '//Eve', ...CHARLIE]
  const asked = await run(...dissolve, '--no-input')
  assert.match(asked.err, /Group 1 DISSOLVES itself, and pays all that it has, .* COV now, to 5/)
  const { address } = await answer(...dissolve, '--yes')
  await pass(address)
  assert.equal(await chain.groups.get(1), null)
})

test('group 0 says who makes blocks and which code may be the runtime, in words that tell what that means', async () => {
  const alice = ['--yes', '--key', '//Alice']
  const keyless = await answer('chain', 'set-validators', '//Alice', '//Dave', ...alice)
  const { out } = await run('review', keyless.address)
  assert.match(out, /makes 2 accounts the chain's validators, and nobody else/)
  assert.match(out, /^! .*no session keys on the chain: it refuses/m)

  const wasm = join(world.folder, 'runtime.wasm')
  writeFileSync(wasm, 'not a runtime')
  const { address } = await answer('chain', 'authorize-upgrade', wasm, ...alice)
  const told = (await run('review', address)).out
  assert.match(
    told,
    /ALLOWS ANOTHER RUNTIME: code with the hash 0x[0-9a-f]{64} may replace every rule/,
  )
  assert.match(told, /not the runtime of this release: build it from its sources/)
  const apply = ['chain', 'apply-upgrade', wasm, '--yes', '--key', '//Eve']
  await refused(1, /No code is authorised, and .* has the hash 0x/, ...apply)
  await answer('approve', address, '--yes', '--key', '//Bob')
  const other = join(world.folder, 'other.wasm')
  writeFileSync(other, 'another')
  const wrong = ['chain', 'apply-upgrade', other, '--yes', '--key', '//Eve']
  await refused(1, /The code 0x[0-9a-f]{64} is authorised, and .* has the hash/, ...wrong)
  await refused(1, /The chain did not take the code in block \d+: it is no runtime/, ...apply)

  const artifact = join(
    import.meta.dirname,
    '../../chain/artifacts/covenant_runtime.compact.compressed.wasm',
  )
  const ours = await answer('chain', 'authorize-upgrade', artifact, ...alice)
  const review = (await run('review', ours.address)).out
  assert.match(review, /this is +covenant \d+, the runtime of this release/)
  assert.match(review, /^! the chain runs covenant \d+ already/m)

  // The last of these tests: the chain is another one from here on.
  writeFileSync(wasm, nextVersion())
  const later = await answer('chain', 'authorize-upgrade', wasm, ...alice)
  await answer('approve', later.address, '--yes', '--key', '//Bob')
  const { codeHash, block } = await answer(...apply)
  assert.equal(codeHash, blake2Hash(readFileSync(wasm)))
  assert.equal(await chain.system.authorizedUpgrade(block.hash), null)
})
