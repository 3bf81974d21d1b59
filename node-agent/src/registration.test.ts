import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Chain, connect, signerFromUri } from '@covenant/chain-client'
import { type EmbeddedChain, startEmbeddedChain } from '@covenant/chain-client/embedded/start'
import { deriveIdentity } from './identity.ts'
import { settleIn } from './registration.ts'
import { silent } from './testing.ts'

const data = mkdtempSync(join(tmpdir(), 'covenant-registration-'))
let embedded: EmbeddedChain
let chain: Chain
before(async () => {
  embedded = await startEmbeddedChain({ dir: join(data, 'chain'), port: 0, log: silent })
  chain = await connect({ endpoint: embedded.url })
})
after(async () => {
  await chain?.close()
  await embedded?.stop()
  rmSync(data, { recursive: true })
})

function settle(identity: ReturnType<typeof deriveIdentity>, operator: string, chain: Chain) {
  const told = Promise.withResolvers<Record<string, unknown>>()
  const stopping = new AbortController()
  const node = settleIn({
    config: {
      ...{ data, seedFile: '', chain: embedded.url, api: '', operator, endpoint: undefined },
    },
    ...{ chain, identity, sandbox: { works: false, message: '', remedy: '' } },
    service: {
      log: silent,
      signal: stopping.signal,
      ready: (facts = {}) => told.resolve(facts),
    },
  })
  return { node, told: told.promise, stop: () => stopping.abort() }
}

test('an operator without the money waits, and registers the node once it has come', async () => {
  const identity = deriveIdentity(new Uint8Array(32).fill(7))
  const operator = signerFromUri('//Nobody')
  const { node, told } = settle(identity, '//Nobody', chain)
  assert.equal((await told)['node'], 'not registered')

  const amount = 2n * chain.constants.nodes.nodeDeposit
  const call = chain.calls.balances.transferKeepAlive({ to: operator.address, amount })
  assert.ok((await chain.submit(call, signerFromUri('//Alice'))).ok)
  const id = await node
  assert.ok(id !== undefined)
  assert.equal((await chain.nodes.get(id))?.operator, operator.address)
})

test('on a live chain nobody is registered by a key that all know', async () => {
  const identity = deriveIdentity(new Uint8Array(32).fill(8))
  const { node, told, stop } = settle(identity, '//Ferdie', { ...chain, chainType: 'Live' })
  assert.equal((await told)['node'], 'not registered')
  stop()
  assert.equal(await node, undefined)
})
