import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Call, Chain, Signer, SubmitOptions } from '@covenant/chain-client'
import type { Log } from '@covenant/service'
import type { Identity } from './identity.ts'
import { ImageInvalid } from './images/errors.ts'
import type { ImageLibrary } from './images/library.ts'
import type { UnusedImages } from './images/store.ts'
import { offerKey, type FetchState, type Step } from './plan.ts'
import type { NonceBook } from './nonce-book.ts'
import { createSlots } from './slots.ts'
import type { Memory } from './state/memory.ts'
import { runFolder, type WorkloadSpec } from './supervise.ts'
import type { KeptVolumes, VolumeStore } from './volumes/volume-store.ts'
import type { Workload } from './workload.ts'

export type StepDeps = {
  chain: Pick<Chain, 'calls' | 'submit'>
  identity: Identity
  /** The node on chain. */
  node: number
  data: string
  library: ImageLibrary
  /** The largest image that the policy allows, in bytes. */
  maxImageBytes: () => number
  /** How much is kept of images that no contract needs. */
  unusedImages: () => UnusedImages
  /** Undefined where this host has none. */
  volumes: VolumeStore | undefined
  /** How much is kept of volumes whose contracts are closed. */
  keptVolumes: () => KeptVolumes
  memory: Memory
  nonces: NonceBook
  workloads: Map<number, Workload>
  fetches: Map<string, FetchState>
  start: (spec: WorkloadSpec) => Workload
  sweep: { due: boolean }
  log: Log
  signal: AbortSignal
}

const MIB = 1024 * 1024
/** How long a program may take to end after it was asked to. */
const STOP_GRACE_MS = 10_000
/**
 * Of calls about contracts; those about the node wait for none. An agent's call is good for 16 blocks:
 * the hundreds of a great restart, sent at once, would grow too old before the chain comes to them.
 */
const CALLS_AT_ONCE = 64
/** Of closed contracts, the logs of so many are kept. */
const OLD_LOGS = 32

/** Does one step. Throws when it has to be tried again. */
export function createSteps(deps: StepDeps): (step: Step) => Promise<void> {
  const { chain, identity, data, library, volumes, memory, workloads, fetches, log, signal } = deps
  const { nodes, contracts } = chain.calls
  const submit = (call: Call) =>
    deps.nonces.submit((onStatus) => submitCall(chain, call, identity.signer, { signal, onStatus }))
  const underWay = createSlots(CALLS_AT_ONCE)
  const submitInTurn = (call: Call) => underWay.run(() => submit(call))

  return async (step) => {
    switch (step.action) {
      case 'serve':
        await submit(nodes.serve({ node: deps.node }))
        return log.info('the node is served', { node: deps.node })

      case 'heartbeat':
        await submit(nodes.heartbeat({ node: deps.node }))
        return log.debug('the chain has seen the node', { node: deps.node })

      case 'announce':
        await submit(nodes.announce({ node: deps.node, endpoint: step.endpoint }))
        return log.info('the endpoint is announced', { endpoint: step.endpoint })

      case 'settle':
        await submitInTurn(contracts.settle({ contract: step.contract }))
        return log.info('a contract is settled', { contract: step.contract })

      case 'report':
        await submitInTurn(contracts.report({ contract: step.contract, health: step.health }))
        return log.info('the chain is told how a contract is', {
          contract: step.contract,
          health: step.health,
        })

      case 'terminate': {
        const { contract, reason, detail } = step
        await submitInTurn(contracts.terminate({ contract, reason }))
        return log.error('a contract is terminated', { contract, reason, why: detail })
      }
      case 'fetch': {
        const key = offerKey(step.contract, step.version)
        const maxBytes = Math.min(deps.maxImageBytes(), step.storage * MIB)
        try {
          for (const { reference, mountPaths } of step.images) {
            await library.fetch(reference, { maxBytes, signal })
            await library.checkMountPoints(reference.digest, mountPaths)
          }
          fetches.set(key, { type: 'fetched' })
        } catch (error) {
          const { message } = error as Error
          if (!(error instanceof ImageInvalid)) {
            fetches.set(key, { type: 'unavailable', message })
            throw error
          }
          fetches.set(key, { type: 'invalid', message })
        }
        return
      }
      case 'accept': {
        const { contract, version, body } = step
        // Before the chain counts on it: a crash in between leaves a contract to look up, no more.
        await memory.remember(contract)
        await submitInTurn(
          contracts.accept({ contract, version, body, networkKey: identity.networkKey }),
        )
        fetches.delete(offerKey(contract, version))
        return log.info('a contract is accepted', { contract, version })
      }
      case 'decline': {
        const { contract, version, reason, detail } = step
        await submitInTurn(contracts.decline({ contract, version, reason }))
        fetches.delete(offerKey(contract, version))
        deps.sweep.due = true
        return log.info('a contract is declined', { contract, version, reason, why: detail })
      }
      case 'start': {
        const { contract, owner, version, body } = step
        await memory.remember(contract)
        await volumes?.retain(contract, Object.keys(body.volumes ?? {}))
        workloads.set(contract, deps.start({ contract, owner, version, body }))
        return log.info('a contract is started', { contract, version })
      }
      case 'adjust': {
        const { contract, version, body } = step
        workloads.get(contract)?.adjust(version, body)
        return log.info('a contract is adjusted', { contract, version })
      }
      case 'stop':
        await workloads.get(step.contract)?.stop(STOP_GRACE_MS)
        workloads.delete(step.contract)
        if (step.why === 'replaced') deps.sweep.due = true
        return log.info('a contract is stopped', { contract: step.contract, why: step.why })

      case 'forget':
        await rm(runFolder(data, step.contract), { recursive: true, force: true })
        await volumes?.retain(step.contract, [])
        await memory.forget(step.contract)
        deps.sweep.due = true
        return log.info('a closed contract is cleared away', { contract: step.contract })

      case 'sweep': {
        deps.sweep.due = false
        await removeOldLogs(join(data, 'logs'), memory.contracts)
        const swept = await library.sweep(new Set(step.keep), deps.unusedImages())
        if (swept.images > 0) log.info('unused images are removed', swept)
        const removed = (await volumes?.sweep(deps.keptVolumes())) ?? 0
        if (removed > 0) log.info('kept volumes are removed', { volumes: removed })
      }
    }
  }
}

/** Submits and waits until it is final. Throws when it ran and failed. */
export async function submitCall(
  chain: Pick<Chain, 'submit'>,
  call: Call,
  signer: Signer,
  options: SubmitOptions,
): Promise<void> {
  const outcome = await chain.submit(call, signer, options)
  if (outcome.ok) return
  const { pallet, name, docs } = outcome.error
  throw new Error(
    `${call.pallet}.${call.name} failed: ${pallet ?? 'runtime'}.${name} ${docs}`.trim(),
  )
}

async function removeOldLogs(folder: string, kept: ReadonlySet<number>): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  const old = await Promise.all(
    names
      .filter((name) => !kept.has(Number(name)))
      .map(async (name) => ({ name, time: (await stat(join(folder, name))).mtimeMs })),
  )
  old.sort((a, b) => b.time - a.time)
  for (const { name } of old.slice(OLD_LOGS)) {
    await rm(join(folder, name), { recursive: true, force: true })
  }
}
