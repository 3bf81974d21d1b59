import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fundsAt } from '@covenant/schema/funds'
import { blake2Hash } from '@covenant/schema/hash'
import { connect } from './connect.ts'
import { type EmbeddedChain, startEmbeddedChain } from './embedded/start.ts'
import { request, temporaryFolder } from './embedded/testing.ts'
import { signerFromUri } from './signer.ts'
import type { Call, Chain } from './types.ts'

// What the runtime answers without a call, held against what the calls then do.
const COV = 10n ** 18n
const undo: (() => unknown)[] = []
const scope = { after: (step: () => unknown) => void undo.push(step) }
const addressOf = (uri: string) => signerFromUri(uri).address

let embedded: EmbeddedChain
let chain: Chain

before(async () => {
  embedded = await startEmbeddedChain({ dir: temporaryFolder(scope), port: 0, dev: true })
  scope.after(() => embedded.stop())
  chain = await connect({ endpoint: embedded.url })
  scope.after(() => chain.close())
})
after(async () => {
  for (const step of undo.toReversed()) await step()
})

const submit = async (uri: string, call: Call) => {
  const outcome = await chain.submit(call, signerFromUri(uri))
  assert.equal(outcome.error, undefined, `${call.pallet}.${call.name}`)
}

const travel = async (seconds: number) => {
  await request(embedded.url, 'dev_timeTravel', [seconds * 1_000])
  await request(embedded.url, 'dev_newBlock', [1])
}

const body = new TextEncoder().encode('{"services":{}}')
const resources = { cpu: 500, memory: 256, storage: 1_024, gpus: 0, publicIpv4: 0 }
const RATE = 500n
/** Three minutes. */
const ESCROW = RATE * 180n

async function offer(escrow: bigint): Promise<Call> {
  const deadline = (await chain.clock.now()) + 3_600
  const terms = { node: 1, body: blake2Hash(body), resources, maxRate: RATE, escrow, deadline }
  return chain.calls.contracts.create(terms)
}

test('a node’s free capacity is what its contracts left of it', async () => {
  assert.equal(await chain.nodes.capacity(1), null)
  const { calls } = chain
  const total = { cpu: 2_000, memory: 2_048, storage: 8_192, gpus: 1, publicIpv4: 2 }
  await submit(
    '//Ferdie',
    calls.nodes.register({
      agent: addressOf('//Ferdie//agent'),
      sealingKey: `0x${'11'.repeat(32)}`,
      resources: total,
      prices: { cpu: 1n, memory: 0n, storage: 0n, gpu: 0n, publicIpv4: 0n },
      region: 'eu',
      attributes: [],
      endpoint: '',
    }),
  )
  assert.deepEqual(await chain.nodes.capacity(1), { free: total, takesOffers: false })
  await submit('//Ferdie//agent', calls.nodes.serve({ node: 1 }))
  assert.deepEqual(await chain.nodes.capacity(1), { free: total, takesOffers: true })

  await submit('//Alice', calls.contracts.noteBody({ bytes: body }))
  await submit('//Alice', await offer(ESCROW))
  const accepted = { contract: 1, version: 1, body: blake2Hash(body), networkKey: blake2Hash(body) }
  await submit('//Ferdie//agent', calls.contracts.accept(accepted))
  const free = { cpu: 1_500, memory: 1_792, storage: 7_168, gpus: 1, publicIpv4: 2 }
  assert.deepEqual(await chain.nodes.capacity(1), { free, takesOffers: true })
})

test('the runtime and this program say the same of what is due, and until when there is money', async () => {
  const { window } = chain.constants.nodes
  const compare = async () => {
    const { hash } = await chain.finalizedHead()
    const [contract, node, now, funds] = await Promise.all([
      chain.contracts.get(1, hash),
      chain.nodes.get(1, hash),
      chain.clock.now(hash),
      chain.contracts.funds(1, hash),
    ])
    const account = { ...contract!, rate: contract!.running!.rate }
    assert.ok(funds)
    const { graceUntil, ...rest } = funds
    assert.deepEqual(rest, fundsAt(account, node!, { now, window }))
    return { ...funds, graceUntil, now }
  }
  const first = await compare()
  assert.deepEqual([first.state, first.graceUntil], ['Running', null])
  await travel(60)
  const second = await compare()
  assert.ok(second.due > first.due)
  assert.equal(second.fundedUntil, first.fundedUntil, 'the node was there all the time')
  while ((await compare()).state === 'Running') await travel(60)
  const last = await compare()
  assert.ok(BigInt(last.now) >= first.fundedUntil!)
  assert.deepEqual([last.due, last.fundedUntil], [ESCROW, null])

  await submit('//Alice', chain.calls.contracts.settle({ contract: 1 }))
  const { suspendedAt } = (await chain.contracts.get(1))!
  const grace = chain.constants.contracts.suspensionGrace
  const { due, state, graceUntil } = await compare()
  assert.deepEqual([due, state, graceUntil], [0n, 'Suspended', suspendedAt! + grace])
  assert.equal(await chain.contracts.funds(2), null)
})

test('a call says beforehand that it would succeed, or with which error it fails', async () => {
  const alice = addressOf('//Alice')
  const { calls } = chain
  assert.deepEqual(await chain.wouldExecute(alice, await offer(COV)), { ok: true, closes: [] })
  const cancel = calls.contracts.cancel({ contract: 1 })
  const said = await chain.wouldExecute(addressOf('//Bob'), cancel)
  const { error } = await chain.submit(cancel, signerFromUri('//Bob'))
  assert.deepEqual(said, { ok: false, error })
  assert.match(error!.docs, /\w/)

  const all = calls.balances.transferKeepAlive({ to: alice, amount: 2n ** 100n })
  const poor = await chain.wouldExecute(addressOf('//Bob'), all)
  assert.equal(poor.ok ? '' : poor.error.docs, 'The account has too little money for it.')
  const bare = { ...all, hex: '0xffff' as const }
  const refused = await chain.wouldExecute(alice, bare)
  assert.equal(refused.ok ? '' : refused.error.name, 'NoCall')
})

test('of a proposal it is known what is missing, and what its call would come to', async () => {
  const { calls, groups } = chain
  const member = (uri: string, weight: number) => ({
    account: addressOf(uri),
    weight,
    permissions: ['PROPOSE' as const, 'APPROVE' as const],
  })
  const members = [member('//Alice', 50), member('//Bob', 30), member('//Charlie', 20)]
  const thresholds = { deploy: 51, cancel: 51, spend: 51, govern: 51 }
  await submit('//Alice', calls.groups.createGroup({ name: 'trio', members, thresholds }))
  const call = calls.balances.transferKeepAlive({ to: addressOf('//Dave'), amount: COV })
  const expires = (await chain.clock.now()) + 3_600
  await submit('//Charlie', calls.groups.propose({ group: 1, call, expires }))
  const open = { type: 'Open', approved: 20, rejected: 0, threshold: 51, total: 100 }
  assert.deepEqual(await groups.decision(1, 0), open)
  const poor = await groups.wouldCarryOut(1, 0)
  assert.match(poor.ok ? '' : poor.error.docs, /too little money/)
  assert.deepEqual(await groups.decision(1, 0), open, 'it was undone')

  const to = groups.accountOf(1)
  await submit('//Dave', calls.balances.transferKeepAlive({ to, amount: 2n * COV }))
  const executed = { ok: true, closes: [{ group: 1, proposal: 0, outcome: 'Executed' }] }
  assert.deepEqual(await groups.wouldCarryOut(1, 0), executed)
  const approve = calls.groups.approve({ group: 1, proposal: 0, call })
  assert.deepEqual(await chain.wouldExecute(addressOf('//Bob'), approve), { ok: true, closes: [] })
  assert.deepEqual(await chain.wouldExecute(addressOf('//Alice'), approve), executed)
  await submit('//Alice', approve)
  assert.equal(await groups.decision(1, 0), null)
  const closed = await groups.wouldCarryOut(1, 0)
  assert.equal(closed.ok ? '' : closed.error.name, 'ProposalNotFound')

  await submit('//Charlie', calls.groups.propose({ group: 1, call, expires }))
  await travel(60)
  while ((await chain.clock.now()) <= expires) await travel(60)
  assert.deepEqual(await groups.decision(1, 1), { type: 'Expired' })
})
