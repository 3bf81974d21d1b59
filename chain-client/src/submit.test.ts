import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createBlocks } from './blocks.ts'
import { connect } from './connect.ts'
import { type EmbeddedChain, startEmbeddedChain } from './embedded/start.ts'
import { request, temporaryFolder } from './embedded/testing.ts'
import { NotAccepted, Unconfirmed } from './errors.ts'
import { createHeads } from './heads.ts'
import { openApi } from './open.ts'
import { openRpc, type Rpc } from './rpc.ts'
import { signerFromSeed, signerFromUri } from './signer.ts'
import { createSubmit, type SubmitDeps } from './submit.ts'
import type { Chain, Signer, SubmitStatus } from './types.ts'

const [alice, bob, charlie, dave] = ['//Alice', '//Bob', '//Charlie', '//Dave'].map(
  signerFromUri,
) as [Signer, Signer, Signer, Signer]
const payee = signerFromSeed(new Uint8Array(32).fill(3))
const pauper = signerFromSeed(new Uint8Array(32).fill(4))

const undo: (() => unknown)[] = []
const scope = { after: (step: () => unknown) => void undo.push(step) }
let embedded: EmbeddedChain
let chain: Chain
/** What `submit` is made of, for tests that come between it and the pool. */
let deps: SubmitDeps

before(async () => {
  embedded = await startEmbeddedChain({ dir: temporaryFolder(scope), port: 0, dev: true })
  scope.after(() => embedded.stop())
  chain = await connect({ endpoint: embedded.url })
  scope.after(() => chain.close())
  const rpc = await openRpc({ endpoint: embedded.url, timeoutMs: 10_000 })
  const api = await openApi(rpc)
  scope.after(() => api.disconnect())
  const heads = createHeads(api, rpc)
  deps = { api, rpc, heads, blocks: createBlocks({ api, rpc, heads }), follow: chain.follow }
})
after(async () => {
  for (const step of undo.toReversed()) await step()
})

const pay = (amount: bigint) =>
  chain.calls.balances.transferKeepAlive({ to: payee.address, amount })
const COV = 10n ** 18n

test('a call is signed, sent, in a block and final, and its outcome says where', async () => {
  const statuses: SubmitStatus[] = []
  const { free } = await chain.balances.of(bob.address)
  const call = chain.calls.contracts.noteBody({ bytes: '0x7b7d' })
  const outcome = await chain.submit(call, bob, { onStatus: (status) => statuses.push(status) })
  assert.equal(outcome.ok, true)
  const { blockHeight, blockHash, extrinsicHash, extrinsicIndex, fee, events } = outcome
  const sent = statuses.findIndex(({ type }) => type === 'sent')
  assert.ok(sent === 1 || sent === 2, 'once the pool has it, which the block may outrun')
  assert.deepEqual(statuses.toSpliced(sent, 1), [
    { type: 'signed', extrinsicHash, nonce: (statuses[0] as { nonce: number }).nonce },
    { type: 'inBlock', extrinsicHash, blockHash },
    { type: 'finalized', extrinsicHash, blockHash, blockHeight },
  ])
  const block = await chain.block(blockHash)
  assert.equal(block.height, blockHeight)
  assert.equal(block.extrinsics[extrinsicIndex]?.hash, extrinsicHash)
  assert.deepEqual(
    events,
    block.events.filter((event) => event.extrinsicIndex === extrinsicIndex),
  )
  const noted = events.find((event) => event.type === 'contracts.BodyNoted')
  assert.ok(noted && fee > 0n)
  const { free: left } = await chain.balances.of(bob.address)
  assert.equal(free - left, fee + noted.data.deposit)
})

test("a call that fails is a value with the pallet's error and its documentation", async () => {
  const call = chain.calls.contracts.cancel({ contract: 12_345 })
  const outcome = await chain.submit(call, bob)
  assert.equal(outcome.ok, false)
  assert.ok(outcome.error && outcome.fee > 0n)
  const { pallet, name, docs } = outcome.error
  assert.deepEqual([pallet, name], ['contracts', 'ContractNotFound'])
  assert.match(docs, /\w+ \w+/)
  const block = await chain.block(outcome.blockHash)
  const { success, error } = block.extrinsics[outcome.extrinsicIndex] ?? {}
  assert.deepEqual([success, error], [false, outcome.error])
})

test('a failure inside a batch or sudo is a failure, with the inner error', async () => {
  const failing = chain.calls.contracts.cancel({ contract: 12_345 })
  const batch = chain.calls.utility.batchAll({ calls: [pay(COV), failing] })
  const [batched, sudone] = await Promise.all([
    chain.submit(batch, bob),
    chain.submit(chain.decodeCall(`0x0c00${failing.hex.slice(2)}`), alice),
  ])
  assert.equal(batched.error?.name, 'ContractNotFound')
  assert.equal((await chain.balances.of(payee.address)).free, 0n, 'all of the batch or none')
  // Root is no account that could own a contract.
  assert.deepEqual(sudone.error, { pallet: null, name: 'BadOrigin', docs: '' })
})

test('calls that one signer submits at once get their nonces in turn and all land', async () => {
  const nonces: number[] = []
  const outcomes = await Promise.all(
    [1n, 2n, 3n, 4n, 5n, 6n].map((amount) =>
      chain.submit(pay(amount * COV), charlie, {
        onStatus: (status) => status.type === 'signed' && nonces.push(status.nonce),
      }),
    ),
  )
  assert.ok(outcomes.every(({ ok }) => ok))
  assert.deepEqual(
    nonces.map((nonce) => nonce - nonces[0]!),
    [0, 1, 2, 3, 4, 5],
  )
})

const refusedFor = (reason: NotAccepted['reason']) => (error: unknown) => {
  assert.ok(error instanceof NotAccepted, String(error))
  assert.equal(error.reason, reason)
  return true
}

test('a block in which many land is read once for all of them', async () => {
  const read: string[] = []
  const blocks = {
    ...deps.blocks,
    get: (block: number | string) => {
      read.push(String(block))
      return deps.blocks.get(block)
    },
  }
  const { submit } = createSubmit({ ...deps, blocks })
  const outcomes = await Promise.all([1n, 2n, 3n, 4n, 5n].map((amount) => submit(pay(amount), bob)))
  assert.ok(outcomes.every(({ ok }) => ok))
  const landedIn = new Set(outcomes.map(({ blockHash }) => blockHash))
  assert.deepEqual(new Set(read), landedIn)
  assert.equal(read.length, landedIn.size)
})

test('an account that cannot pay is told so before anything runs, also by a free call that would fail', async () => {
  for (const call of [pay(1n), chain.calls.nodes.serve({ node: 77 })]) {
    await assert.rejects(chain.submit(call, pauper), refusedFor('Payment'))
  }
})

test("a signature by another key than the address's is refused", async () => {
  const impostor: Signer = { ...dave, sign: (payload) => bob.sign(payload) }
  await assert.rejects(chain.submit(pay(1n), impostor), refusedFor('BadSignature'))
})

test('one who stops waiting gets the reason, and what was sent lands all the same', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const sent = Promise.withResolvers<string>()
  const submitting = chain.submit(pay(COV), dave, {
    signal: controller.signal,
    onStatus: ({ type, extrinsicHash }) => {
      if (type !== 'inBlock') return
      sent.resolve(extrinsicHash)
      controller.abort(reason)
    },
  })
  await assert.rejects(submitting, reason)
  const hash = await sent.promise
  for await (const block of chain.follow({ from: 1 })) {
    if (block.extrinsics.some((extrinsic) => extrinsic.hash === hash)) return
  }
})

test('one who stops waiting before it is sent sends nothing', async () => {
  const nonce = await deps.api.rpc.system.accountNextIndex(dave.address)
  const controller = new AbortController()
  const signing = Promise.withResolvers<Uint8Array>()
  const asking: Signer = {
    ...dave,
    sign(payload) {
      controller.abort(new Error('never'))
      signing.resolve(payload)
      return dave.sign(payload)
    },
  }
  const submitting = chain.submit(pay(COV), asking, { signal: controller.signal })
  await assert.rejects(submitting, /never/)
  await signing.promise
  await assert.rejects(chain.submit(pay(COV), dave, { signal: controller.signal }), /never/)
  // The turn after it is served by the nonce it did not use.
  const nonces: number[] = []
  const onStatus = (status: SubmitStatus) => status.type === 'signed' && nonces.push(status.nonce)
  assert.equal((await chain.submit(pay(COV), dave, { onStatus })).ok, true)
  assert.deepEqual(nonces, [nonce.toNumber()])
})

/** `submit` with a pool of which `sendExtrinsic` is what is given here. */
const submitOver = (
  send: (attempt: number, real: Rpc['sendExtrinsic']) => Rpc['sendExtrinsic'],
) => {
  let attempts = 0
  const { sendExtrinsic } = deps.rpc
  return createSubmit({
    ...deps,
    rpc: { ...deps.rpc, sendExtrinsic: (sending) => send(++attempts, sendExtrinsic)(sending) },
  }).submit
}
const taken = () => Promise.resolve(() => {})

test('what the pool forgot when its process died is sent again, and lands once', async () => {
  const attempts: number[] = []
  const submit = submitOver((attempt, real) => (sending) => {
    attempts.push(attempt)
    if (attempt > 1) return real(sending)
    setImmediate(sending.onLost)
    return taken()
  })
  const outcome = await submit(pay(COV), dave)
  assert.equal(outcome.ok, true)
  assert.deepEqual(attempts, [1, 2])
})

test('what landed while the connection was gone is found in the blocks', async () => {
  const submit = submitOver((attempt, real) => async (sending) => {
    const stop = await real({
      ...sending,
      onStatus: (status) => {
        // The one word that does not come is that it is final.
        const isFinal = typeof status === 'object' && status !== null && 'finalized' in status
        if (isFinal && attempt === 1) sending.onLost()
      },
    })
    return stop
  })
  const outcome = await submit(pay(COV), dave)
  assert.equal(outcome.ok, true)
  const block = await chain.block(outcome.blockHash)
  assert.equal(block.extrinsics[outcome.extrinsicIndex]?.hash, outcome.extrinsicHash)
})

test('a transaction that the pool lets go of is an error that says whether it may have landed', async () => {
  const cases: [status: unknown, mayHaveLanded: boolean][] = [
    ['dropped', true],
    ['invalid', false],
    [{ usurped: `0x${'00'.repeat(32)}` }, true],
  ]
  for (const [status, mayHaveLanded] of cases) {
    const submit = submitOver(() => (sending) => {
      setImmediate(() => sending.onStatus(status))
      return taken()
    })
    await assert.rejects(submit(pay(COV), dave), (error) => {
      assert.ok(error instanceof Unconfirmed, String(error))
      assert.equal(error.mayHaveLanded, mayHaveLanded, JSON.stringify(status))
      return true
    })
  }
})

test('after 64 blocks a transaction is refused, and one that waited is given up', async () => {
  const forgotten = submitOver(() => taken)(pay(COV), dave)
  const givenUp = assert.rejects(forgotten, (error) => {
    assert.ok(error instanceof Unconfirmed, String(error))
    assert.equal(error.mayHaveLanded, false)
    assert.match(error.message, /64 blocks is over/)
    return true
  })
  const isAsked = Promise.withResolvers<void>()
  const mayGoOn = Promise.withResolvers<void>()
  const slow: Signer = {
    ...bob,
    async sign(payload) {
      isAsked.resolve()
      await mayGoOn.promise
      return bob.sign(payload)
    },
  }
  const late = chain.submit(pay(COV), slow)
  const refused = assert.rejects(late, refusedFor('Expired'))
  await isAsked.promise
  await request(embedded.url, 'dev_newBlock', [64])
  mayGoOn.resolve()
  await Promise.all([refused, givenUp])
})
