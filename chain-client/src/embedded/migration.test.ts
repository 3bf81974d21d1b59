import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { blake2Hash, type Hex } from '@covenant/schema/hash'
import { openAudit } from '../audit.ts'
import { xxhashAsHex } from '../polkadot/util-crypto.ts'
import { connect } from '../connect.ts'
import { WrongRuntime } from '../errors.ts'
import { signerFromUri } from '../signer.ts'
import type { Call, Chain, Contract, Resources } from '../types.ts'
import { readRuntime } from './runtime.ts'
import { ScaleReader, toBytes, toHex } from './scale.ts'
import { startEmbeddedChain } from './start.ts'
import { connectApi, request, temporaryFolder } from './testing.ts'

// A chain of the previous release, with something of every kind on it, is taken over by this one.
const previous = fileURLToPath(new URL('../../../chain/artifacts/previous/', import.meta.url))
const COV = 10n ** 18n
const OURS = ['Clock', 'Groups', 'Nodes', 'Contracts', 'Validators']
const body = new TextEncoder().encode('{"services":{}}')
const newBody = new TextEncoder().encode('{"services":{"web":{}}}')
const resources = { cpu: 500, memory: 256, storage: 1_024, gpus: 0, publicIpv4: 0 }
const RATE = 500n

const undo: (() => unknown)[] = []
const scope = { after: (step: () => unknown) => void undo.push(step) }
after(async () => {
  for (const step of undo.toReversed()) await step()
})

let url: string
let chain: Chain
let kept: State
/** The proposal whose call is a payment, and one that was made under other calls. */
const PAYMENT = 0
const OLD = 1

type State = Awaited<ReturnType<typeof readState>>

before(async () => {
  const runtime = `${previous}covenant_runtime.compact.compressed.wasm`
  const embedded = await startEmbeddedChain({
    ...{ dir: temporaryFolder(scope), port: 0, dev: true, runtime },
  })
  scope.after(() => embedded.stop())
  url = embedded.url
  await fill()
  await upgrade()
  chain = await connect({ endpoint: url })
  scope.after(() => chain.close())
})

const addressOf = (uri: string) => signerFromUri(uri).address
const nextBlock = () => request<Hex>(url, 'dev_newBlock', [1])
const travel = async (seconds: number) => {
  await request(url, 'dev_timeTravel', [seconds * 1_000])
  await nextBlock()
}

/** Makes something of every kind, in every state that it may be in. */
async function fill(): Promise<void> {
  const old = await connect({ endpoint: url })
  const { calls } = old
  const submit = async (uri: string, call: Call) => {
    const { error } = await old.submit(call, signerFromUri(uri))
    assert.equal(error, undefined, `${call.pallet}.${call.name}`)
  }
  const expires = async () => (await old.clock.now()) + 86_400

  const member = (uri: string, weight: number) => ({
    account: addressOf(uri),
    weight,
    permissions: ['PROPOSE' as const, 'APPROVE' as const],
  })
  const members = [member('//Alice', 50), member('//Bob', 30), member('//Charlie', 20)]
  const thresholds = { deploy: 51, cancel: 51, spend: 51, govern: 51 }
  await submit('//Alice', calls.groups.createGroup({ name: 'trio', members, thresholds }))
  const to = old.groups.accountOf(1)
  await submit('//Dave', calls.balances.transferKeepAlive({ to, amount: 5n * COV }))
  for (const amount of [COV, 2n * COV]) {
    const call = calls.balances.transferKeepAlive({ to: addressOf('//Eve'), amount })
    await submit('//Charlie', calls.groups.propose({ group: 1, call, expires: await expires() }))
  }

  const offer = {
    resources: { cpu: 4_000, memory: 8_192, storage: 100_000, gpus: 1, publicIpv4: 2 },
    prices: { cpu: 1n, memory: 0n, storage: 0n, gpu: 2n ** 100n, publicIpv4: 5n },
    ...{ region: 'eu', attributes: [{ key: 'disk', value: 'nvme' }], endpoint: '192.0.2.1:1' },
  }
  const sealingKey: Hex = `0x${'11'.repeat(32)}`
  for (const agent of ['//Ferdie//one', '//Ferdie//two']) {
    await submit(
      '//Ferdie',
      calls.nodes.register({ ...offer, agent: addressOf(agent), sealingKey }),
    )
  }
  await submit('//Ferdie//one', calls.nodes.serve({ node: 1 }))

  for (const bytes of [body, newBody]) await submit('//Alice', calls.contracts.noteBody({ bytes }))
  const create = async (escrow: bigint) => {
    const deadline = await expires()
    const terms = { node: 1, body: blake2Hash(body), resources, maxRate: RATE, escrow, deadline }
    await submit('//Alice', calls.contracts.create(terms))
  }
  const accept = (contract: number) =>
    submit(
      '//Ferdie//one',
      calls.contracts.accept({
        contract,
        version: 1,
        body: blake2Hash(body),
        networkKey: sealingKey,
      }),
    )
  // 1 runs, with an update beside it; 2 is offered; 3 has ended; 4 is suspended.
  for (const escrow of [COV, COV, COV, RATE]) await create(escrow)
  await accept(1)
  await submit('//Ferdie//one', calls.contracts.report({ contract: 1, health: 'Healthy' }))
  const deadline = await expires()
  await submit(
    '//Alice',
    calls.contracts.update({
      ...{ contract: 1, base: 1, body: blake2Hash(newBody), resources, maxRate: RATE, deadline },
    }),
  )
  await submit('//Alice', calls.contracts.cancel({ contract: 3 }))
  await accept(4)
  await travel(60)
  await submit('//Ferdie//one', calls.contracts.settle({ contract: 4 }))
  await assert.rejects(old.contracts.funds(1), WrongRuntime)
  await old.close()
  await makeOld()
}

/** Has a proposal be one that was made when bytes of calls meant something else. */
async function makeOld(): Promise<void> {
  const api = await connectApi(scope, url)
  const key = api.query['groups']!['proposals']!.key(1, OLD) as Hex
  const bytes = toBytes(await request<Hex>(url, 'state_getStorage', [key]))
  const reader = new ScaleReader(toHex(bytes))
  // Its proposer, its call, its kind and its epoch; the transaction version follows.
  reader.take(32)
  reader.bytes()
  reader.take(1 + 4)
  const stored = Buffer.from(bytes)
  stored.writeUInt32LE(1, reader.offset)
  const write = api.tx['system']!['setStorage']!([[key, toHex(stored)]])
  await send('//Alice', api.tx['sudo']!['sudo']!(write).method.toHex())
}

/** Whatever call it is, signed and in a block. */
async function send(uri: string, call: string): Promise<void> {
  const client = await connect({ endpoint: url })
  const outcome = await client.submit(client.decodeCall(call), signerFromUri(uri))
  assert.equal(outcome.error, undefined, call.slice(0, 60))
  await client.close()
}

/** Two of three in group 0 authorise it, and somebody else applies it. */
async function upgrade(): Promise<void> {
  const code = readRuntime()
  const old = await connect({ endpoint: url })
  const call = old.calls.system.authorizeUpgrade({ codeHash: blake2Hash(toBytes(code)) })
  const expires = (await old.clock.now()) + 3_600
  await send('//Alice', old.calls.groups.propose({ group: 0, call, expires }).hex)
  await send('//Bob', old.calls.groups.approve({ group: 0, proposal: 0, call }).hex)
  kept = await readState()
  const api = await connectApi(scope, url)
  await send('//Eve', api.tx['system']!['applyAuthorizedUpgrade']!(code).method.toHex())
  assert.equal(await request(url, 'state_getStorage', ['0x3a636f6465']), code)
  // It is this block that the new runtime makes, and migrates in.
  await nextBlock()
  await old.close()
}

/** All that our pallets keep, by shapes that refuse what they do not know. */
async function readState() {
  const audit = await openAudit({ endpoint: url, expectGenesis: undefined, timeoutMs: 10_000 })
  const { hash } = await audit.finalizedHead()
  const storage = audit.storage(hash)
  const state = {
    groups: await all(storage.groups()),
    proposals: await all(storage.proposals()),
    nodes: await all(storage.nodes()),
    contracts: await all(storage.contracts()),
    tombstones: await all(storage.tombstones()),
    bodies: await all(storage.bodies()),
    bodyDeposits: await all(storage.bodyDeposits()),
  }
  await audit.close()
  return state
}

async function all<Item>(pages: AsyncIterable<Item[]>): Promise<Item[]> {
  const found: Item[] = []
  for await (const page of pages) found.push(...page)
  return found
}

/** The storage version of each pallet, by its name, as the chain keeps it. */
async function versionsOf(endpoint: string): Promise<Record<string, Hex | null>> {
  const api = await connectApi(scope, endpoint)
  const versions = api.runtimeMetadata.asLatest.pallets.map(async ({ name }) => {
    const key = storageKey(name.toString(), ':__STORAGE_VERSION__:')
    return [name.toString(), await request<Hex | null>(endpoint, 'state_getStorage', [key])]
  })
  return Object.fromEntries(await Promise.all(versions))
}

const storageKey = (pallet: string, item: string) =>
  `0x${[pallet, item].map((name) => xxhashAsHex(name, 128).slice(2)).join('')}`

test('the previous release is another one, and came before this', () => {
  const manifest = (folder: string) =>
    JSON.parse(readFileSync(`${folder}/covenant_runtime.json`, 'utf8'))
  const [given, kept] = [manifest(`${previous}..`), manifest(previous)]
  assert.ok(given.specVersion > kept.specVersion, 'raise spec_version in chain/runtime/src/lib.rs')
  assert.ok(given.transactionVersion >= kept.transactionVersion)
})

test('the storage versions of a chain that was upgraded are those of one that begins anew', async () => {
  const anew = await startEmbeddedChain({ dir: temporaryFolder(scope), port: 0 })
  scope.after(() => anew.stop())
  const [upgraded, begun] = [await versionsOf(url), await versionsOf(anew.url)]
  assert.deepEqual(upgraded, begun)
  for (const pallet of OURS) assert.match(String(upgraded[pallet]), /^0x[0-9a-f]{4}$/, pallet)
})

test('everything that the previous release stored is read by this one, and is the same', async () => {
  const state = await readState()
  assert.deepEqual(
    Object.fromEntries(Object.entries(state).map(([name, items]) => [name, items.length])),
    {
      ...{ groups: 2, proposals: 2, nodes: 2, contracts: 3, tombstones: 1 },
      ...{ bodies: 2, bodyDeposits: 2 },
    },
  )
  assert.deepEqual(state, kept)
})

test('nothing is stored where this release would not look for it', async () => {
  const api = await connectApi(scope, url)
  const known = new Set(
    Object.values(api.query).flatMap((items) =>
      Object.values(items).map((entry) => entry.keyPrefix().slice(0, 66)),
    ),
  )
  for (const pallet of OURS) {
    const prefix = storageKey(pallet, '').slice(0, 34)
    const keys = await request<Hex[]>(url, 'state_getKeysPaged', [prefix, 1_000])
    const version = storageKey(pallet, ':__STORAGE_VERSION__:')
    const lost = keys.filter((key) => key !== version && !known.has(key.slice(0, 66)))
    assert.deepEqual(lost, [], pallet)
  }
})

test('what is reserved and what is held is what the contracts, nodes and proposals say', async () => {
  const { nodes, contracts, proposals, tombstones } = await readState()
  const sum = (list: bigint[]) => list.reduce((a, b) => a + b, 0n)
  for (const node of nodes) {
    const own = contracts.filter((contract) => contract.node === node.id)
    assert.equal(node.contracts, own.length)
    for (const kind of Object.keys(node.reserved) as (keyof Resources)[]) {
      const running = own.map((contract) => contract.running?.resources[kind] ?? 0)
      assert.equal(node.reserved[kind], Number(sum(running.map(BigInt))), kind)
    }
  }
  const ofContract = ({ deposit, running, pending }: Contract) =>
    sum([deposit, running?.deposit ?? 0n, pending?.spec.deposit ?? 0n])
  const expected: [uri: string, reason: string, amount: bigint][] = [
    ['//Alice', 'contracts.Escrow', sum(contracts.map(({ escrow }) => escrow))],
    ['//Alice', 'contracts.Contract', sum(contracts.map(ofContract))],
    ['//Alice', 'contracts.Tombstone', sum(tombstones.map(({ deposit }) => deposit))],
    ['//Ferdie', 'nodes.Node', sum(nodes.map(({ deposit }) => deposit))],
    ['//Charlie', 'groups.Proposal', sum(proposals.map(({ deposit }) => deposit))],
  ]
  for (const [uri, reason, amount] of expected) {
    const { held } = await chain.balances.of(addressOf(uri))
    assert.deepEqual(held.find((hold) => hold.reason === reason)?.amount, amount, reason)
  }
})

test('a proposal of other calls is stale, and one of the same calls goes on', async () => {
  const { transactionVersion } = await chain.runtimeVersion()
  const { calls, groups } = chain
  const vote = async (proposal: number) => {
    const call = chain.decodeCall((await groups.proposal(1, proposal))!.call)
    const approve = calls.groups.approve({ group: 1, proposal, call })
    return chain.submit(approve, signerFromUri('//Alice'))
  }
  assert.notEqual((await groups.proposal(1, OLD))!.transactionVersion, transactionVersion)
  assert.deepEqual(await groups.decision(1, OLD), { type: 'Stale' })
  assert.equal((await vote(OLD)).error?.name, 'ProposalStale')

  const isSame = (await groups.proposal(1, PAYMENT))!.transactionVersion === transactionVersion
  assert.equal((await groups.decision(1, PAYMENT))?.type, isSame ? 'Open' : 'Stale')
  assert.equal((await vote(PAYMENT)).error?.name, isSame ? undefined : 'ProposalStale')
})

test('what runs goes on being paid for, and what is offered can be accepted', async () => {
  const { calls, contracts } = chain
  const { due } = (await contracts.funds(1))!
  await travel(60)
  assert.ok((await contracts.funds(1))!.due > due)
  const agent = signerFromUri('//Ferdie//one')
  const networkKey = blake2Hash(body)
  const accept = { contract: 2, version: 1, body: blake2Hash(body), networkKey }
  assert.equal((await chain.submit(calls.contracts.accept(accept), agent)).fee, 0n)
  const update = { contract: 1, version: 2, body: blake2Hash(newBody), networkKey }
  assert.equal((await chain.submit(calls.contracts.accept(update), agent)).fee, 0n)
  assert.equal((await contracts.get(1))!.running!.version, 2)
  assert.equal((await contracts.get(4))!.state, 'Suspended')
})
