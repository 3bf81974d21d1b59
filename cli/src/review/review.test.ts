import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { signerFromUri, type Call, type Chain } from '@covenant/chain-client'
import { castVote } from '../commands/proposal/vote.ts'
import {
  answer,
  beginWorld,
  createShop,
  COV,
  personWho,
  refused,
  run,
  type World,
} from '../testing.ts'
import { readReview } from './read.ts'

// What an approver sees of each kind of call, and that nothing else is ever signed.
let world: World
let chain: Chain
let deploy: string

before(async () => {
  world = await beginWorld()
  ;({ chain } = world)
  await createShop('20 COV')
})
after(() => world.end())

/** Charlie, whose weight is 20, proposes; the proposal's name. */
async function propose(call: Call): Promise<string> {
  const expires = (await chain.clock.now()) + 3600
  const { nextProposal } = (await chain.groups.get(1))!
  await world.submit('//Charlie', chain.calls.groups.propose({ group: 1, call, expires }))
  return `1/${nextProposal}`
}

async function proposeHello(): Promise<string> {
  const offer = ['--node', '1', '--escrow', '1 COV', '--key', '//Charlie']
  return (await answer('propose', '1', world.hello, ...offer)).address
}

const vote = (address: string, key: string, meanwhile: () => Promise<unknown>) => {
  const [group, proposal] = address.split('/').map(Number) as [number, number]
  const where = { address: { group, proposal }, chain: chain.endpoint, key }
  const how = { yes: false, wait: 'finalized', timeout: 60 } as const
  return castVote({ vote: 'approve', ...where, ...how }, personWho(meanwhile))
}

test('a deployment: what runs, for how much, on which node, and whose vote decides', async () => {
  deploy = await proposeHello()
  const { out, code } = await run('review', deploy, '--member', '//Bob')
  assert.equal(code, 0)
  for (const told of [
    /^Proposal 1\/0 of group 1 "shop" \(Deploy\), at block \d+\n\nIf it passes, group 1 runs "hello" on node 1/,
    /image +127\.0\.0\.1:4001\/hello@sha256:a{64}/,
    /NEW: no other open contract of this owner runs it/,
    /none: no service reaches a network/,
    /escrow +1 COV, lasts \d+ years/,
    /leaves +18\.9\d+ COV free/,
    new RegExp(`operator +${signerFromUri('//Ferdie').address}`),
    /free there +cpu 2000m, memory 2Gi, disk 8Gi/,
    /20 of 51 approve, 0 reject, 31 missing\.\n +Your 30 do not decide: 1 would be missing still/,
    /1\. the proposal closes, and its deposit of 0\.1\d* COV goes back[^]*4\. node 1 accepts/,
    /expires .*\(in [56] days\)[^]*stale as soon as members or thresholds/,
    /call hash +0x[0-9a-f]{64}\n +body +\d+ bytes\n +body hash +0x[0-9a-f]{64}/,
  ]) {
    assert.match(out, told)
  }
  assert.doesNotMatch(out, /^!/m, 'nothing stands in its way')
  assert.match(
    (await run('review', deploy, '--member', '//Alice')).out,
    /Your 50 decide: approving/,
  )
  assert.match((await run('review', deploy, '--key', '//Charlie')).out, /You have approved it/)
})

test('whether it would be carried out now is the chain’s own word', async () => {
  const works = { works: true, error: null }
  assert.deepEqual((await answer('review', deploy)).outlook, works)
  const address = await propose(chain.calls.contracts.cancel({ contract: 99 }))
  const { outlook } = await answer('review', address)
  assert.deepEqual(
    [outlook.works, outlook.error.pallet, outlook.error.name],
    [false, 'contracts', 'ContractNotFound'],
  )
  const { docs } = outlook.error
  assert.match(
    (await run('review', address, '--member', '//Alice')).out,
    /Your 50 decide, and approving it would fail as things stand/,
  )
  assert.ok((await run('review', address)).out.includes(`! as things stand it would fail: ${docs}`))
  const [, id] = address.split('/').map(Number) as [number, number]
  await world.submit('//Charlie', chain.calls.groups.withdraw({ group: 1, proposal: id }))
})

test('--verify says whether a file of one’s own is what would run, and what differs', async () => {
  const same = await answer('review', deploy, '--verify', world.hello)
  assert.deepEqual([same.verified.isSame, same.verified.hash], [true, same.bodies[0].hash])
  const other = join(world.folder, 'other.yaml')
  writeFileSync(other, readFileSync(world.hello, 'utf8').replace('sleep 5', 'sleep 9'))
  const { code, out } = await run('review', deploy, '--verify', other)
  assert.equal(code, 1)
  assert.match(out, /is NOT what would run[^]*main\.command.*sleep 9.*sleep 5/)
})

test('a vote that came in between reading and signing is noticed, and nothing is signed', async () => {
  const votes = async () => (await chain.groups.proposal(1, 0))!.votes.length
  await assert.rejects(
    vote(deploy, '//Alice', () => answer('approve', deploy, '--yes', '--key', '//Bob')),
    { exitCode: 5, message: /Nothing was signed: since 1\/0 was shown, another vote has come in/ },
  )
  assert.equal(await votes(), 2, 'of Charlie and of Bob')
})

test('a node that has become dearer meanwhile is noticed, and shown as what stands in the way', async () => {
  const [node] = [(await chain.nodes.get(1))!]
  const { total: resources, region, attributes } = node
  const reprice = (cpu: bigint) =>
    world.submit(
      '//Ferdie',
      chain.calls.nodes.update({
        ...{ node: 1, resources, region, attributes },
        prices: { ...node.prices, cpu },
      }),
    )
  await assert.rejects(
    vote(deploy, '//Alice', () => reprice(COV)),
    {
      exitCode: 5,
      message:
        /what it would do has changed; as things stand it would fail: .*RateAboveMax.*; node 1 now costs .*above the limit/,
    },
  )
  assert.match((await run('review', deploy)).out, /^! node 1 now costs .*, above the limit of/m)
  await reprice(node.prices.cpu)
})

test('where nothing moves, what was shown is what is signed', async () => {
  const done = await vote(deploy, '//Alice', () => Promise.resolve())
  assert.match(done.text, /executed in this very extrinsic: contract 1 is created/)
  await refused(4, /1\/0 is closed/, 'review', deploy)
})

test('a proposal that is decided while it is read cannot be voted on any more', async () => {
  const address = await propose(chain.calls.contracts.cancel({ contract: 1 }))
  const shown = await run('review', address, '--member', '//Alice')
  assert.match(shown.out, /ends contract 1 "hello" on node 1[^]*state +Offered\n +stops +main/)
  await assert.rejects(
    vote(address, '//Bob', () => answer('approve', address, '--yes', '--key', '//Alice')),
    { exitCode: 5, message: /it has been closed/ },
  )
  assert.equal(await chain.contracts.get(1), null)
})

test('a payment: to whom, what it leaves, and that it is more than there is', async () => {
  const to = signerFromUri('//Dave').address
  const pay = (amount: bigint) => chain.calls.balances.transferKeepAlive({ to, amount })
  const small = await run('review', await propose(pay(COV)))
  assert.match(small.out, new RegExp(`group 1 pays 1 COV to ${to}, for good`))
  assert.match(small.out, /leaves +18\.\d+ COV free|leaves +19(\.\d+)? COV free/)
  const large = await run('review', await propose(pay(99n * COV)))
  assert.match(large.out, /^! the owner has .* free, too little for it/m)
})

test('another membership: who comes, who goes, and which proposals it makes stale', async () => {
  const { members, thresholds } = (await chain.groups.get(1))!
  const dave = { ...members[2]!, account: signerFromUri('//Dave').address, weight: 7 }
  const call = chain.calls.groups.setMembers({
    members: [members[0]!, { ...members[1]!, weight: 40 }, dave],
    thresholds: { ...thresholds, spend: 40 },
  })
  const { out } = await run('review', await propose(call))
  const { address: bob } = signerFromUri('//Bob')
  for (const told of [
    `${bob} +30 propose\\+approve +40 propose\\+approve`,
    `${members[2]!.account} +20 propose\\+approve +—`,
    `${dave.account} +— +7 propose\\+approve`,
    'spend threshold +51 +40',
    'what else is open in the group becomes stale: 2 proposals',
  ]) {
    assert.match(out, new RegExp(told))
  }
  assert.doesNotMatch(out, new RegExp(`${members[0]!.account} +50 propose\\+approve +50`))
})

test('a member who may only veto rejects, and does not approve', async () => {
  const create = [
    'group',
    'create',
    'guarded',
    '--member',
    '//Charlie:50',
    '--member',
    '//Alice:50',
  ]
  const veto = ['--member', '//Eve:1:veto', '--deploy-threshold', '60', '--key', '//Charlie']
  const { group } = await answer(...create, ...veto)
  const call = chain.calls.balances.transferKeepAlive({ to: chain.groups.accountOf(1), amount: 1n })
  const expires = (await chain.clock.now()) + 3600
  await world.submit('//Alice', chain.calls.groups.propose({ group, call, expires }))
  const address = `${group}/0`
  await refused(1, /may not vote so in group/, 'approve', address, '--yes', '--key', '//Eve')
  const { closed } = await answer('reject', address, '--yes', '--key', '//Eve')
  assert.equal(closed, 'Rejected')
})

test('an endpoint that gives another body than the hash names is found out, and nothing is shown', async () => {
  const address = await proposeHello()
  const [group, proposal] = address.split('/').map(Number) as [number, number]
  const bytes = `0x${Buffer.from('{}').toString('hex')}` as const
  const lying: Chain = {
    ...chain,
    contracts: {
      ...chain.contracts,
      body: async (hash, at) => ({ ...(await chain.contracts.body(hash, at))!, bytes }),
    },
  }
  await assert.rejects(
    readReview(lying, { group, proposal }),
    /gave a body with the hash .*sign nothing/,
  )
})
