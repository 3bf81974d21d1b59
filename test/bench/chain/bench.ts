/**
 * How long the embedded chain takes to build a block: empty, with one call that offers a contract,
 * with ten, and with as many as it ever puts into one. `COVENANT_RUNTIME=FILE` names another runtime
 * than the committed one.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, signerFromUri } from '@covenant/chain-client'
import { startEmbeddedChain } from '@covenant/chain-client/embedded/start'
import { createLog } from '@covenant/service'
import { createChain } from '../../../chain-client/src/embedded/chain.ts'
import { createExecutor } from '../../../chain-client/src/embedded/executor.ts'
import { openStore } from '../../../chain-client/src/embedded/store.ts'
import { connectApi, type Scope } from '../../../chain-client/src/embedded/testing.ts'
import { Keyring } from '../../../chain-client/src/polkadot/api.ts'
import type { Hex } from '@covenant/schema/hash'
import { median } from '../measure.ts'
import type { Bench } from '../run.ts'

const SILENT = createLog('bench', () => {})
/** What the author puts into one block at most. */
const FULL = 256
const SIZES = [0, 1, 10, FULL]
const ROUNDS = 5

export async function bench(say: (line: string) => void): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), 'covenant-bench-'))
  try {
    say('making a node, and signing the offers')
    const offers = await prepare(dir)
    say('building blocks')
    const times = await build(dir, offers)
    const [empty = Number.NaN] = times
    return {
      what: `A block of the embedded chain: median of ${ROUNDS}, sizes in turn`,
      figures: SIZES.flatMap((size, index) => {
        const value = times[index] ?? Number.NaN
        const name = size === 0 ? 'empty' : `${size} contracts.create`
        const ratio = { name: `${name}, of an empty one`, value: value / empty, unit: 'times' }
        return [{ name, value, unit: 'ms' }, ...(size === 0 ? [] : [ratio])]
      }),
    }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** A chain on which a node serves, in `dir`; answers signed offers to it, in the order of their nonces. */
async function prepare(dir: string): Promise<Hex[]> {
  const undo: (() => unknown)[] = []
  const scope: Scope = { after: (step) => undo.push(step) }
  const runtime = process.env['COVENANT_RUNTIME']
  const embedded = await startEmbeddedChain({
    ...{ dir, port: 0, log: SILENT },
    ...(runtime !== undefined && { runtime }),
  })
  try {
    const chain = await connect({ endpoint: embedded.url })
    const [alice, agent] = [signerFromUri('//Alice'), signerFromUri('//Alice//agent')]
    const resources = { cpu: 1, memory: 1, storage: 1, gpus: 0, publicIpv4: 0 }
    const prices = { cpu: 1n, memory: 1n, storage: 1n, gpu: 1n, publicIpv4: 1n }
    const { nodes, contracts } = chain.calls
    const made = [
      nodes.register({
        ...{ agent: agent.address, sealingKey: new Uint8Array(32), resources, prices },
        ...{ region: '', attributes: [], endpoint: '' },
      }),
      contracts.noteBody({ bytes: new TextEncoder().encode('a body') }),
    ]
    for (const call of made) await succeed(chain.submit(call, alice))
    await succeed(chain.submit(nodes.serve({ node: 1 }), agent))
    const { hash } = await chain.finalizedHead()
    const deadline = (await chain.clock.now(hash)) + 86_400
    await chain.close()

    const api = await connectApi(scope, embedded.url)
    const pair = new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromUri('//Alice')
    const first = (await api.rpc.system.accountNextIndex(pair.address)).toNumber()
    const body = api.registry.hash(new TextEncoder().encode('a body')).toHex()
    const create = api.tx['contracts']?.['create']
    if (!create) throw new Error('the runtime has no contracts.create')
    const wire = { cpu: 1, memory: 1, storage: 1, gpus: 0, publicIpv4: 0 }
    const count = ROUNDS * SIZES.reduce((sum, size) => sum + size, 0)
    const signed: Hex[] = []
    for (let nonce = first; nonce < first + count; nonce += 1) {
      const offer = create(1, body, wire, 1_000, 1_000, deadline)
      signed.push((await offer.signAsync(pair, { nonce, era: 0 })).toHex())
    }
    return signed
  } finally {
    for (const step of undo.toReversed()) await step()
    await embedded.stop()
  }
}

async function succeed(outcome: Promise<{ ok: boolean }>): Promise<void> {
  const done = await outcome
  if (!done.ok) throw new Error(`a call of the preparation failed: ${JSON.stringify(done)}`)
}

/** Milliseconds for a block of each size. */
async function build(dir: string, offers: Hex[]): Promise<number[]> {
  const store = openStore(dir)
  const executor = createExecutor()
  try {
    const chain = createChain({ store, executor, log: SILENT })
    const slotMs = await chain.slotDurationMs()
    const times = SIZES.map((): number[] => [])
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, size] of SIZES.entries()) {
        const slot = Math.floor(chain.timestampMs() / slotMs) + 1
        const transactions = offers.splice(0, size)
        const began = performance.now()
        const built = await chain.extend({ timestampMs: slot * slotMs, slot, transactions })
        times[index]?.push(performance.now() - began)
        if (built.included !== size) {
          throw new Error(`${built.included} of ${size} were taken: ${built.refusal?.message}`)
        }
      }
    }
    return times.map(median)
  } finally {
    await executor.close()
    store.close()
  }
}
