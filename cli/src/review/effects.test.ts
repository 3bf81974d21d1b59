import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { type Call, type Chain, signerFromUri } from '@covenant/chain-client'
import { bodyResources } from '@covenant/schema'
import { readDeployment } from '@covenant/schema/deployment'
import { AGENT, answer, beginWorld, COV, run, type World } from '../testing.ts'

// What an approver reads of each call about something that is there already.
let world: World
let chain: Chain

before(async () => {
  world = await beginWorld()
  ;({ chain } = world)
  const members = ['--member', '//Alice:50', '--member', '//Charlie:20', '--deploy-threshold', '50']
  await answer('group', 'create', 'shop', ...members, '--fund', '20 COV', '--key', '//Alice')
  const offer = ['--node', '1', '--escrow', '1 COV', '--key', '//Alice']
  assert.equal((await answer('propose', '1', world.hello, ...offer)).offers[0].contract, 1)
  const { version, body } = (await chain.contracts.get(1))!.pending!.spec
  const networkKey = `0x${'22'.repeat(32)}` as const
  await world.submit(
    AGENT,
    chain.calls.contracts.accept({ contract: 1, version, body, networkKey }),
  )
})
after(() => world.end())

/** What an approver reads of this call, which Charlie proposes to group 1. */
async function reviewed(call: Call): Promise<string> {
  const expires = (await chain.clock.now()) + 3600
  const { nextProposal } = (await chain.groups.get(1))!
  await world.submit('//Charlie', chain.calls.groups.propose({ group: 1, call, expires }))
  const { out, err, code } = await run('review', `1/${nextProposal}`)
  assert.equal(code, 0, err)
  const address = { group: 1, proposal: nextProposal }
  await world.submit('//Charlie', chain.calls.groups.withdraw(address))
  return out
}

/** What differs from what runs: an update of contract 1 whose body is on the chain. */
async function update(maxRate: bigint): Promise<Call> {
  const text = readFileSync(world.hello, 'utf8')
    .replace('cpu: 100m', 'cpu: 300m')
    .replace('network: none', 'network: egress')
  const { body, bytes, hash } = readDeployment(text, 'hello.yaml')
  await world.submit('//Charlie', chain.calls.contracts.noteBody({ bytes }))
  const deadline = (await chain.clock.now()) + 7200
  const resources = bodyResources(body)
  return chain.calls.contracts.update({
    ...{ contract: 1, base: 1, body: hash, resources, maxRate, deadline },
  })
}

test('an update: what differs from what runs, what it costs, and that it may cost too much', async () => {
  const call = await update(COV)
  const out = await reviewed(call)
  assert.match(out, /group 1 updates contract 1 "hello" \(\d changes?/)
  assert.match(out, /~ main\.resources\.cpu {2}\(restart\)\n +- 100\n +\+ 300\n/)
  assert.match(out, /what runs goes on, and is paid for, until the node accepts/)
  assert.doesNotMatch(out, /^!/m, 'nothing stands in its way')
  const { resources, body, deadline } = call.args as never
  const cheap = { contract: 1, base: 1, body, resources, maxRate: 5n, deadline: Number(deadline) }
  const dear = await reviewed(chain.calls.contracts.update(cheap))
  const stale = await reviewed(chain.calls.contracts.update({ ...cheap, base: 7 }))
  assert.match(stale, /^! it was made after version 7 of contract 1, which has come to 1 since/m)
  assert.match(
    dear,
    /^! as things stand it would fail: .* \(contracts\.RateAboveMax\)\n! node 1 now costs .*above the limit of/m,
  )
  await world.submit(
    '//Alice',
    chain.calls.groups.propose({
      ...{ group: 1, call, expires: Number(deadline) - 60 },
    }),
  )
  const withdraw = await reviewed(chain.calls.contracts.withdrawUpdate({ contract: 1 }))
  assert.match(withdraw, /takes back the update of contract 1[^]*version +2\n/)
})

test('an update that the node does not have yet cannot be taken back', async () => {
  const none = await reviewed(chain.calls.contracts.withdrawUpdate({ contract: 7 }))
  assert.match(none, /^! as things stand it would fail: .*\(contracts\.ContractNotFound\)/m)
  assert.match(none, /^! contract 7 is closed, or was never there/m)
})

test('money for a contract: how long the escrow lasts then, and whether there is enough', async () => {
  const topUp = (amount: bigint) => chain.calls.contracts.topUp({ contract: 1, amount })
  const out = await reviewed(topUp(2n * COV))
  assert.match(out, /group 1 adds 2 COV to the escrow of contract 1\./)
  assert.match(out, /escrow +[23](\.\d+)? COV, lasts \d+ years/)
  assert.match(await reviewed(topUp(99n * COV)), /^! the owner has .* free, too little for it/m)
})

test('an end of the group: who gets its money, and what of it is held still', async () => {
  const { address } = signerFromUri('//Dave')
  const out = await reviewed(chain.calls.groups.dissolve({ beneficiary: address }))
  assert.match(out, new RegExp(`group 1 DISSOLVES itself, and pays all[^]*to ${address}`))
  assert.match(
    out,
    /^! .* COV for contracts\.\w+.* is held of the group's money: the chain refuses/m,
  )
})

test('a state of a node: what it means, and that another operates the node', async () => {
  const out = await reviewed(chain.calls.nodes.setState({ node: 1, state: 'Draining' }))
  assert.match(out, /makes node 1 Draining: it takes no new offers; what runs there goes on/)
  assert.match(out, /^! node 1 is operated by /m)
})

test('a vote in another group is told with what that group would do', async () => {
  const { account } = (await chain.groups.get(1))!
  const members = ['--member', '//Alice:50', '--member', `${account}:50`]
  await answer(
    'group',
    'create',
    'both',
    ...members,
    '--deploy-threshold',
    '60',
    '--key',
    '//Alice',
  )
  const { address: to } = signerFromUri('//Dave')
  const pay = chain.calls.balances.transferKeepAlive({ to, amount: COV })
  const expires = (await chain.clock.now()) + 3600
  await world.submit('//Alice', chain.calls.groups.propose({ group: 2, call: pay, expires }))
  const approve = chain.calls.groups.approve({ group: 2, proposal: 0, call: pay })
  const out = await reviewed(approve)
  assert.match(out, /group 1 approves 2\/0, by which group 2 pays 1 COV to /)
  assert.match(out, /its vote in group 2 counts for 50/)
  assert.match(out, /^! group 2: the owner has .* free, too little for it/m)
})

test('a vote against, or an end of, what another group proposes is told with what it is about', async () => {
  const against = await reviewed(chain.calls.groups.reject({ group: 2, proposal: 0 }))
  assert.match(against, /group 1 votes against 2\/0, by which group 2 pays 1 COV to /)
  assert.doesNotMatch(against, /^!/m, 'group 1 is a member of group 2')
  const taken = await reviewed(chain.calls.groups.withdraw({ group: 2, proposal: 0 }))
  assert.match(taken, /^! 2\/0 was proposed by .*, who alone may withdraw it/m)
  const never = await reviewed(chain.calls.groups.reject({ group: 2, proposal: 5 }))
  assert.match(never, /^! 2\/5 is closed, or was never there/m)
})
