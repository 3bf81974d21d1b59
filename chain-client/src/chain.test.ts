import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ApiPromise } from '@polkadot/api'
import type { EventRecord } from '@polkadot/types/interfaces'
import { blake2AsHex } from './polkadot/util-crypto.ts'
import { eventsFromRecords } from './audit.ts'
import { connect } from './connect.ts'
import { type EmbeddedChain, startEmbeddedChain } from './embedded/start.ts'
import { connectApi, temporaryFolder } from './embedded/testing.ts'
import { BlockUnavailable, InvalidArgument } from './errors.ts'
import { signerFromSeed, signerFromUri } from './signer.ts'
import type {
  Call,
  Calls,
  Chain,
  EventData,
  Hex,
  Member,
  Outcome,
  Prices,
  Resources,
  Signer,
} from './types.ts'

const COV = 10n ** 18n
const [alice, bob, charlie] = ['//Alice', '//Bob', '//Charlie'].map(signerFromUri) as [
  Signer,
  Signer,
  Signer,
]
const agent = signerFromSeed(new Uint8Array(32).fill(9))
const key = `0x${'0a'.repeat(32)}` as const
const resources: Resources = { cpu: 500, memory: 256, storage: 1_024, gpus: 0, publicIpv4: 0 }
const prices: Prices = { cpu: 2n, memory: 3n, storage: 1n, gpu: 2n ** 100n, publicIpv4: 5n }
const offer = {
  resources: { cpu: 4_000, memory: 8_192, storage: 100_000, gpus: 1, publicIpv4: 2 },
  prices,
  region: 'eu-größe',
  attributes: [{ key: 'disk', value: 'nvme' }],
}
const member = (signer: Signer, weight: number, permissions: Member['permissions']): Member => ({
  account: signer.address,
  weight,
  permissions,
})
const members = [
  member(alice, 50, ['PROPOSE', 'APPROVE']),
  member(bob, 30, ['APPROVE']),
  member(charlie, 20, ['PROPOSE', 'APPROVE', 'VETO']),
]
const thresholds = { deploy: 51, cancel: 51, spend: 51, govern: 52 }

let embedded: EmbeddedChain
let chain: Chain
let calls: Calls
let api: ApiPromise

const undo: (() => unknown)[] = []
const scope = { after: (step: () => unknown) => void undo.push(step) }

before(async () => {
  embedded = await startEmbeddedChain({ dir: temporaryFolder(scope), port: 0 })
  scope.after(() => embedded.stop())
  chain = await connect({ endpoint: embedded.url })
  scope.after(() => chain.close())
  calls = chain.calls
  api = await connectApi(scope, embedded.url)
})
after(async () => {
  for (const step of undo.toReversed()) await step()
})

async function run(call: Call, signer: Signer): Promise<Outcome> {
  const outcome = await chain.submit(call, signer)
  assert.deepEqual(outcome.error, undefined, `${call.pallet}.${call.name}`)
  return outcome
}

/** The data of the one event of this type. */
function dataOf<Type extends keyof EventData>(outcome: Outcome, type: Type): EventData[Type] {
  const found = outcome.events.filter((event) => event.type === type)
  assert.equal(found.length, 1, type)
  return found[0]!.data as EventData[Type]
}

test('every call of our pallets can be built, and is shown as it was asked for', () => {
  const call = calls.balances.transferKeepAlive({ to: bob.address, amount: 2n ** 100n })
  const shownCall = {
    pallet: 'balances',
    name: 'transferKeepAlive',
    args: { to: bob.address, amount: (2n ** 100n).toString() },
  }
  const shownOffer = {
    ...offer,
    prices: { cpu: '2', memory: '3', storage: '1', gpu: (2n ** 100n).toString(), publicIpv4: '5' },
  }
  const body = key
  const accepted = { contract: 2 ** 40, version: 3, body, networkKey: key }
  const created = { node: 1, body, resources, maxRate: 7n, escrow: COV, deadline: 9 }
  const registered = { agent: agent.address, sealingKey: key, endpoint: 'udp://[::1]:1' }
  const rotated = { node: 1, agent: agent.address, sealingKey: key }
  const updated = { contract: 1, base: 1, body, resources, maxRate: 7n, deadline: 9 }
  const built: [call: Call, name: string, args: unknown][] = [
    [
      calls.groups.createGroup({ name: 'trio', members, thresholds, first: { call, expires: 5 } }),
      'groups.createGroup',
      { name: 'trio', members, thresholds, first: { call: shownCall, expires: 5 } },
    ],
    [
      calls.groups.createGroup({ name: 'trio', members, thresholds }),
      'groups.createGroup',
      { name: 'trio', members, thresholds },
    ],
    [
      calls.groups.propose({ group: 1, call, expires: 5 }),
      'groups.propose',
      { group: 1, call: shownCall, expires: 5 },
    ],
    [
      calls.groups.approve({ group: 1, proposal: 0, call }),
      'groups.approve',
      { group: 1, proposal: 0, call: shownCall },
    ],
    [calls.groups.reject({ group: 1, proposal: 0 }), 'groups.reject', { group: 1, proposal: 0 }],
    [
      calls.groups.setMembers({ members, thresholds }),
      'groups.setMembers',
      { members, thresholds },
    ],
    [
      calls.groups.withdraw({ group: 1, proposal: 2 }),
      'groups.withdraw',
      { group: 1, proposal: 2 },
    ],
    [calls.groups.clear({ group: 1, proposal: 2 }), 'groups.clear', { group: 1, proposal: 2 }],
    [
      calls.groups.dissolve({ beneficiary: bob.address }),
      'groups.dissolve',
      { beneficiary: bob.address },
    ],
    [
      calls.validators.set({ accounts: [bob.address] }),
      'validators.set',
      { accounts: [bob.address] },
    ],
    [
      calls.system.authorizeUpgrade({ codeHash: body }),
      'system.authorizeUpgrade',
      { codeHash: body },
    ],
    [
      calls.nodes.register({ ...offer, ...registered }),
      'nodes.register',
      { ...shownOffer, ...registered },
    ],
    [calls.nodes.update({ node: 1, ...offer }), 'nodes.update', { node: 1, ...shownOffer }],
    [calls.nodes.serve({ node: 1 }), 'nodes.serve', { node: 1 }],
    [calls.nodes.heartbeat({ node: 1 }), 'nodes.heartbeat', { node: 1 }],
    [
      calls.nodes.announce({ node: 1, endpoint: 'x' }),
      'nodes.announce',
      { node: 1, endpoint: 'x' },
    ],
    [calls.contracts.noteBody({ bytes: '0x7b7d' }), 'contracts.noteBody', { bytes: '0x7b7d' }],
    [calls.contracts.dropBody({ hash: body }), 'contracts.dropBody', { hash: body }],
    [
      calls.contracts.create(created),
      'contracts.create',
      { ...created, maxRate: '7', escrow: COV.toString() },
    ],
    [calls.contracts.accept(accepted), 'contracts.accept', accepted],
    ...(['Policy', 'Other(255)'] as const).map((reason): [Call, string, unknown] => [
      calls.contracts.decline({ contract: 1, version: 1, reason }),
      'contracts.decline',
      { contract: 1, version: 1, reason },
    ]),
    [calls.contracts.cancel({ contract: 1 }), 'contracts.cancel', { contract: 1 }],
    [calls.contracts.settle({ contract: 1 }), 'contracts.settle', { contract: 1 }],
    [
      calls.nodes.setState({ node: 1, state: 'Draining' }),
      'nodes.setState',
      { node: 1, state: 'Draining' },
    ],
    [calls.nodes.rotateAgent(rotated), 'nodes.rotateAgent', rotated],
    [calls.nodes.remove({ node: 1 }), 'nodes.remove', { node: 1 }],
    [calls.contracts.update(updated), 'contracts.update', { ...updated, maxRate: '7' }],
    [calls.contracts.withdrawUpdate({ contract: 1 }), 'contracts.withdrawUpdate', { contract: 1 }],
    [
      calls.contracts.terminate({ contract: 1, reason: 'Hardware' }),
      'contracts.terminate',
      { contract: 1, reason: 'Hardware' },
    ],
    [
      calls.contracts.report({ contract: 1, health: 'Unhealthy' }),
      'contracts.report',
      { contract: 1, health: 'Unhealthy' },
    ],
    [
      calls.contracts.topUp({ contract: 1, amount: COV }),
      'contracts.topUp',
      { contract: 1, amount: COV.toString() },
    ],
    [calls.contracts.expire({ contract: 1 }), 'contracts.expire', { contract: 1 }],
    [calls.contracts.close({ contract: 1 }), 'contracts.close', { contract: 1 }],
    [calls.contracts.prune({ contract: 1 }), 'contracts.prune', { contract: 1 }],
    [calls.utility.batchAll({ calls: [call] }), 'utility.batchAll', { calls: [shownCall] }],
    [call, 'balances.transferKeepAlive', shownCall.args],
  ]
  for (const [one, name, args] of built) {
    assert.equal(`${one.pallet}.${one.name}`, name)
    assert.deepEqual(one.args, args, name)
    assert.deepEqual(chain.decodeCall(one.hex), one, name)
    assert.equal(one.hash, blake2AsHex(one.hex), name)
  }

  const names = new Set(built.map(([, name]) => name))
  const ofRuntime = ['clock', 'groups', 'nodes', 'contracts', 'validators'].flatMap((pallet) =>
    Object.keys(api.tx[pallet] ?? {}).map((name) => `${pallet}.${name}`),
  )
  assert.ok(ofRuntime.length >= 17)
  for (const name of ofRuntime) assert.ok(names.has(name), name)
})

test('bytes of either kind make the same call', () => {
  const asBytes = calls.contracts.noteBody({ bytes: new TextEncoder().encode('{}') })
  assert.equal(asBytes.hex, calls.contracts.noteBody({ bytes: '0x7b7d' }).hex)
})

test('a call that would not encode is refused, naming the field', () => {
  const cases: [field: RegExp, build: () => Call][] = [
    [
      /^balances.transferKeepAlive.to: /,
      () => calls.balances.transferKeepAlive({ to: 'x', amount: 1n }),
    ],
    [
      /^balances.transferKeepAlive.amount: /,
      () => calls.balances.transferKeepAlive({ to: bob.address, amount: -1n }),
    ],
    [/^nodes.serve.node: /, () => calls.nodes.serve({ node: 2 ** 32 })],
    [
      /^contracts.decline.reason: /,
      () => calls.contracts.decline({ contract: 1, version: 1, reason: 'Other(256)' }),
    ],
    [
      /^groups.setMembers.members.1.weight: /,
      () =>
        calls.groups.setMembers({ members: [members[0]!, member(bob, 70_000, [])], thresholds }),
    ],
    [
      /^groups.propose.call: .*not a call/,
      () =>
        calls.groups.propose({
          group: 1,
          call: { ...calls.nodes.serve({ node: 1 }), hex: '0xffff' },
          expires: 1,
        }),
    ],
  ]
  for (const [field, build] of cases) {
    assert.throws(
      build,
      (error) => error instanceof InvalidArgument && field.test(error.message),
      String(field),
    )
  }
})

test('only the bytes of exactly one call are shown', () => {
  const { hex } = calls.nodes.serve({ node: 1 })
  for (const wrong of [`${hex}00`, hex.slice(0, -2), '0x', '0xff00', 'serve']) {
    assert.throws(() => chain.decodeCall(wrong), InvalidArgument, wrong)
  }
})

test('a call of any other pallet is shown as it stands, with the calls in it', () => {
  const inner = calls.balances.transferKeepAlive({ to: bob.address, amount: 1n })
  const sudo = api.tx['sudo']!['sudo']!(inner.hex).method.toHex()
  assert.deepEqual(chain.decodeCall(sudo).args, {
    call: { pallet: inner.pallet, name: inner.name, args: inner.args },
  })
})

test('a group decides: what it is, what is proposed and what it holds is read typed', async () => {
  const created = dataOf(
    await run(calls.groups.createGroup({ name: 'trio', members, thresholds }), alice),
    'groups.GroupCreated',
  )
  const { group: id, account } = created
  assert.equal(account, chain.groups.accountOf(id))
  assert.deepEqual(await chain.groups.get(id), {
    id,
    account,
    name: 'trio',
    members,
    thresholds,
    epoch: 0,
    nextProposal: 0,
    creator: alice.address,
    deposit: chain.constants.groups.groupDeposit,
  })
  assert.equal(await chain.groups.byAccount(account), id)
  assert.equal(await chain.groups.nextId(), id + 1)
  const administration = await chain.groups.get(0)
  assert.deepEqual(await chain.groups.ofMember(charlie.address), [
    administration,
    await chain.groups.get(id),
  ])
  assert.deepEqual(await chain.groups.ofMember(agent.address), [])
  assert.deepEqual((await chain.balances.of(alice.address)).held, [
    { reason: 'groups.Group', amount: created.deposit },
  ])

  const call = calls.balances.transferKeepAlive({ to: bob.address, amount: 1n })
  const expires = (await chain.clock.now()) + 3_600
  const outcome = await run(calls.groups.propose({ group: id, call, expires }), charlie)
  const proposed = dataOf(outcome, 'groups.Proposed')
  const { group, proposal, ...rest } = proposed
  assert.deepEqual([group, proposal, proposed.call, proposed.kind], [id, 0, call.hex, 'Spend'])
  const { transactionVersion } = await chain.runtimeVersion(outcome.blockHash)
  assert.equal(proposed.transactionVersion, transactionVersion)
  assert.deepEqual(chain.decodeCall(proposed.call), call)
  const expected = { ...rest, id: 0, group, votes: [{ member: charlie.address, vote: 'Approve' }] }
  assert.deepEqual(await chain.groups.proposal(id, 0), expected)
  assert.deepEqual(await chain.groups.proposals(id), [expected])
  assert.deepEqual(await chain.groups.proposals(id, outcome.blockHash), [expected])

  const { parentHash } = await chain.block(outcome.blockHash)
  assert.deepEqual(await chain.groups.proposals(id, parentHash), [], 'a block before')
  assert.equal(await chain.groups.get(id + 1), null)
  assert.equal(await chain.groups.proposal(id, 1), null)
  assert.equal(await chain.groups.byAccount(bob.address), null)
})

test('a node runs a contract: each step is read typed, and the amounts add up', async () => {
  const registered = dataOf(
    await run(
      calls.nodes.register({ agent: agent.address, sealingKey: key, ...offer, endpoint: 'e' }),
      bob,
    ),
    'nodes.NodeRegistered',
  )
  const { node: id, sealing } = registered
  const none: Resources = { cpu: 0, memory: 0, storage: 0, gpus: 0, publicIpv4: 0 }
  const node = {
    id,
    operator: bob.address,
    namedAgent: agent.address,
    agent: null,
    sealing,
    total: offer.resources,
    reserved: none,
    prices,
    region: offer.region,
    attributes: offer.attributes,
    endpoint: 'e',
    state: 'Active',
    live: 0,
    lastSeen: null,
    announcedAt: null,
    contracts: 0,
    deposit: chain.constants.nodes.nodeDeposit,
  }
  assert.deepEqual(await chain.nodes.get(id), node)
  assert.deepEqual(
    (await chain.nodes.all()).find((one) => one.id === id),
    node,
  )
  assert.equal(await chain.nodes.byAgent(agent.address), null)

  assert.equal((await chain.balances.of(agent.address)).free, 0n)
  const serving = await run(calls.nodes.serve({ node: id }), agent)
  assert.equal(serving.fee, 0n, 'an agent without a balance serves for free')
  const { lastSeen } = dataOf(serving, 'nodes.Served')
  assert.deepEqual(await chain.nodes.byAgent(agent.address), {
    ...node,
    namedAgent: null,
    agent: agent.address,
    lastSeen,
  })

  const bytes = new TextEncoder().encode('{"name":"web"}')
  const noted = dataOf(await run(calls.contracts.noteBody({ bytes }), alice), 'contracts.BodyNoted')
  const body: Hex = noted.hash
  assert.equal(body, blake2AsHex(bytes))
  assert.deepEqual(await chain.contracts.body(body), {
    hash: body,
    bytes: noted.bytes,
    holders: 1,
    references: 0,
  })

  const escrow = COV
  const rate = 500n * 2n + 256n * 3n + 1_024n
  const deadline = (await chain.clock.now()) + 600
  const created = dataOf(
    await run(
      calls.contracts.create({ node: id, body, resources, maxRate: rate, escrow, deadline }),
      alice,
    ),
    'contracts.Created',
  )
  const spec = {
    ...{ version: 1, body, resources, rate, sealingVersion: sealing.version },
    deposit: created.bodyDeposit,
  }
  const contract = {
    id: created.contract,
    owner: alice.address,
    node: id,
    state: 'Offered',
    running: null,
    pending: { spec, deadline },
    version: 1,
    escrow,
    settledAt: 0,
    suspendedAt: null,
    networkKey: null,
    createdAt: created.createdAt,
    deposit: created.deposit,
    report: null,
  }
  assert.deepEqual(await chain.contracts.get(contract.id), contract)
  const together = async (at?: string) =>
    chain.contracts.several([contract.id + 1, contract.id, 2 ** 40], at)
  assert.deepEqual([...(await together())], [[contract.id, contract]])
  assert.deepEqual(await chain.contracts.several([]), new Map())
  assert.deepEqual(await chain.contracts.ofOwner(alice.address), [contract])
  assert.deepEqual(await chain.contracts.ofOwner(bob.address), [])

  const accept = { contract: contract.id, version: 1, body, networkKey: key }
  const accepting = await run(calls.contracts.accept(accept), agent)
  assert.equal(accepting.fee, 0n)
  const { settledAt } = dataOf(accepting, 'contracts.Accepted')
  assert.deepEqual(await chain.contracts.get(contract.id), {
    ...contract,
    state: 'Running',
    running: spec,
    pending: null,
    settledAt,
    networkKey: key,
  })
  const reserving = await chain.nodes.get(id)
  assert.deepEqual([reserving?.reserved, reserving?.contracts], [resources, 1])

  const reporting = await run(
    calls.contracts.report({ contract: contract.id, health: 'Healthy' }),
    agent,
  )
  assert.equal(reporting.fee, 0n)
  const { health, at } = dataOf(reporting, 'contracts.Reported')
  assert.deepEqual((await chain.contracts.get(contract.id))?.report, { health, at })
  const reported = await chain.contracts.get(contract.id)
  assert.deepEqual([...(await together())], [[contract.id, reported]], 'not as it was before')

  const update = { contract: contract.id, base: 1, body, resources, maxRate: rate, deadline }
  const updating = await run(calls.contracts.update(update), alice)
  assert.deepEqual((await chain.contracts.get(contract.id))?.pending, {
    spec: { ...spec, version: dataOf(updating, 'contracts.UpdateOffered').version },
    deadline,
  })
  const withdrawing = await run(calls.contracts.withdrawUpdate({ contract: contract.id }), alice)
  assert.equal(dataOf(withdrawing, 'contracts.UpdateDropped').reason, 'Withdrawn')

  const cancelling = await run(calls.contracts.cancel({ contract: contract.id }), alice)
  const { paid, state } = dataOf(cancelling, 'contracts.Settled')
  const closed = dataOf(cancelling, 'contracts.Closed')
  assert.deepEqual([closed.reason, state], ['Cancelled', 'Running'])
  const before = [updating, withdrawing].map((outcome) => dataOf(outcome, 'contracts.Settled').paid)
  assert.equal(before.reduce((sum, one) => sum + one, paid) + closed.refund, escrow)
  assert.equal(await chain.contracts.get(contract.id), null)
  assert.deepEqual(await chain.contracts.tombstone(contract.id), {
    id: contract.id,
    owner: alice.address,
    node: id,
    reason: 'Cancelled',
    closedAt: closed.closedAt,
    version: 2,
    body,
    deposit: closed.tombstoneDeposit,
  })

  const again = dataOf(
    await run(
      calls.contracts.create({ node: id, body, resources, maxRate: rate, escrow, deadline }),
      alice,
    ),
    'contracts.Created',
  )
  const decline = { contract: again.contract, version: 1, reason: 'Other(7)' as const }
  const declining = await run(calls.contracts.decline(decline), agent)
  assert.equal(dataOf(declining, 'contracts.Declined').reason, 'Other(7)')
  assert.equal(dataOf(declining, 'contracts.Closed').reason, 'Declined(Other(7))')
  assert.equal((await chain.contracts.tombstone(again.contract))?.reason, 'Declined(Other(7))')
  assert.equal(await chain.contracts.nextId(), again.contract + 1)
})

test('the fast codecs and @polkadot/api say the same of every block', async () => {
  const { height } = await chain.finalizedHead()
  let events = 0
  let signed = 0
  for (let at = 0; at <= height; at++) {
    const block = await chain.block(at)
    const { block: same } = await api.rpc.chain.getBlock(block.hash)
    assert.equal(block.parentHash, same.header.parentHash.toHex())
    assert.deepEqual(
      block.extrinsics.map(({ hash, signer, pallet, name }) => ({ hash, signer, pallet, name })),
      same.extrinsics.map(({ hash, isSigned, signer, method }) => ({
        hash: hash.toHex(),
        signer: isSigned ? signer.toString() : null,
        pallet: method.section,
        name: method.method,
      })),
    )
    signed += block.extrinsics.filter(({ signer }) => signer !== null).length

    const { query } = await api.at(block.hash)
    const records =
      at === 0 ? [] : ((await query['system']!['events']!()) as unknown as EventRecord[])
    const decoded = eventsFromRecords(records)
    assert.deepEqual(block.events, decoded, `block ${at}`)
    events += decoded.length
    if (at > 0) assert.equal(block.timestampMs, Number(await query['timestamp']!['now']!()))
  }
  assert.ok(events > 50 && signed > 8, `${events} events and ${signed} transactions were compared`)
})

test('blocks are read by height and by hash, and one that is not there is an error', async () => {
  const { height, hash } = await chain.finalizedHead()
  assert.deepEqual(await chain.block(hash), await chain.block(height))
  assert.equal((await chain.block(0)).hash, chain.genesisHash)
  const nowhere = `0x${'00'.repeat(32)}`
  await assert.rejects(chain.block(height + 1_000), BlockUnavailable)
  await assert.rejects(chain.block(nowhere), BlockUnavailable)
  await assert.rejects(chain.groups.get(1, nowhere), BlockUnavailable)
  await assert.rejects(chain.block(-1), InvalidArgument)
  await assert.rejects(chain.block('0x12'), InvalidArgument)
  await assert.rejects(chain.groups.get(1, 'latest'), InvalidArgument)
})

test('every finalised block is followed in order from any height on, until it is stopped', async () => {
  const { height } = await chain.finalizedHead()
  const controller = new AbortController()
  const seen: number[] = []
  const following = (async () => {
    for await (const block of chain.follow({ from: 2, signal: controller.signal })) {
      seen.push(block.height)
      if (block.height === height) await run(calls.contracts.noteBody({ bytes: '0x31' }), charlie)
      if (block.height > height) controller.abort()
    }
  })()
  await following
  assert.deepEqual(
    seen,
    Array.from({ length: height }, (_, index) => index + 2),
  )
})

test('money is read with what holds it, and its total', async () => {
  const { free, reserved, held } = await chain.balances.of(bob.address)
  assert.ok(free > 0n)
  assert.deepEqual(held, [{ reason: 'nodes.Node', amount: reserved }])
  assert.ok((await chain.balances.totalIssuance()) > 5n * 1_000_000n * COV)
  await assert.rejects(chain.balances.of('bob'), InvalidArgument)
})
