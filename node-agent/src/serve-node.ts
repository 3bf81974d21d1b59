import { availableParallelism } from 'node:os'
import type { Attribute, Chain } from '@covenant/chain-client'
import type { AgentStatus } from '@covenant/schema/agent-status'
import type { Service } from '@covenant/service'
import { createBodies } from './bodies.ts'
import { createCoalesced } from './coalesce.ts'
import type { Config } from './config.ts'
import type { SandboxHost } from './executors/probe.ts'
import { createHealthWatch } from './health.ts'
import type { Identity } from './identity.ts'
import type { ImageLibrary } from './images/library.ts'
import type { ImageStore } from './images/store.ts'
import { runLoop, type LoopDeps, type Round } from './loop.ts'
import type { NonceBook } from './nonce-book.ts'
import type { FetchState } from './plan.ts'
import { resolvePolicy, type PolicyFile } from './policy-file.ts'
import type { Memory } from './state/memory.ts'
import { contractStatuses } from './status.ts'
import { createSlots } from './slots.ts'
import { createSteps } from './steps.ts'
import type { WorkloadSpec } from './supervise.ts'
import { createWorkClient } from './work.ts'
import type { VolumeStore } from './volumes/volume-store.ts'
import { startWorkload, type Workload } from './workload.ts'

const MIB = 1024 * 1024
const DAY_MS = 86_400_000
const SWEEP_EVERY_MS = 3_600_000
/** A launch waits for its stages half of the time; more at once would only slow each other down. */
const LAUNCHES_PER_CORE = 2
/** A start of hundreds of programs is thousands of changes; each would tell of all of them. */
const REPORT_EVERY_MS = 200
/** Programs get so long when the agent itself is asked to stop; its supervisor waits twice as long. */
const SHUTDOWN_GRACE_MS = 5_000

export type ServeNodeDeps = {
  config: Pick<Config, 'data' | 'chain' | 'api' | 'endpoint'>
  service: Service
  chain: Chain
  /** The node that names this agent. */
  node: number
  identity: Identity
  policyFile: PolicyFile
  memory: Memory
  nonces: NonceBook
  host: SandboxHost
  /** What it proved, as the node says it on chain. */
  proven: readonly Attribute[]
  store: ImageStore
  library: ImageLibrary
  /** Undefined where this host has none. */
  volumes: VolumeStore | undefined
  publish: (change: Partial<AgentStatus>) => void
}

/** Serves one node until the agent is asked to stop; then its programs are ended. */
export async function serveNode(deps: ServeNodeDeps): Promise<void> {
  const { config, service, chain, node, identity, policyFile, memory, host, publish } = deps
  const { proven, volumes } = deps
  const { log, signal } = service
  const { data } = config
  const agent = identity.signer.address
  const workloads = new Map<number, Workload>()
  const fetches = new Map<string, FetchState>()
  const healthsOf = createHealthWatch()
  const launches = createSlots(LAUNCHES_PER_CORE * availableParallelism())
  // What another life of this agent left in the store is looked through once.
  const sweep = { due: true }
  let nextSweep = performance.now() + SWEEP_EVERY_MS

  let round: Round | undefined
  const reports = createCoalesced(REPORT_EVERY_MS, () =>
    publish({
      node,
      policyProblem: policyFile.problem(),
      chain: { endpoint: config.chain, problem: round?.chainProblem ?? null },
      api: {
        url: config.api,
        problem: round?.apiProblem ?? null,
        refusedClaim: round?.refusedClaim ?? null,
      },
      contracts: contractStatuses({
        ...{ target: round?.target, busy: round?.busy ?? new Map() },
        failed: round?.failed ?? new Map(),
        ...{ workloads, fetches },
      }),
    }),
  )
  const report = reports.ask

  const situation: LoopDeps['situation'] = async () => {
    await policyFile.refresh()
    const policy = policyFile.current()
    // Images grow old without anything happening.
    if (performance.now() >= nextSweep) {
      sweep.due = true
      nextSweep = performance.now() + SWEEP_EVERY_MS
    }
    return {
      agent,
      endpoint: config.endpoint,
      periods: { ...chain.constants.nodes, ...chain.constants.contracts },
      policy: policy && resolvePolicy(policy, chain),
      noSandbox: host.works ? undefined : host.message,
      noHealthChecks: host.works ? host.noHealthChecks : undefined,
      noVolumes: host.works && !host.volumes.works ? host.volumes.why : undefined,
      volumeSize: (volume) => volumes?.sizeOf(volume),
      proven,
      workloads,
      healths: healthsOf(workloads),
      remembered: memory.contracts,
      fetches,
      sweepDue: sweep.due,
    }
  }

  const start = (spec: WorkloadSpec) => {
    if (!host.works) throw new Error(host.message)
    const { store, library } = deps
    return startWorkload(
      { data, agent, host, store, library, volumes, launches, log, onChange: report },
      spec,
    )
  }

  let isReady = false
  const onRound = (latest: Round) => {
    round = latest
    report()
    if (isReady || latest.target?.node.agent !== agent) return
    isReady = true
    service.ready({ node, agent, sandbox: host.works })
  }

  // Whatever became of the memory: what a contract left here goes when the contract does.
  for (const contract of volumes?.contracts() ?? []) await memory.remember(contract)
  try {
    await runLoop({
      ...{ chain, node, situation, onRound, log, signal },
      work: createWorkClient(config.api),
      bodies: createBodies(chain),
      perform: createSteps({
        ...{ chain, identity, node, data, library: deps.library, volumes },
        ...{ memory, nonces: deps.nonces, workloads, fetches },
        ...{ start, sweep, log, signal },
        maxImageBytes: () => (policyFile.current()?.images.maxSize ?? 0) * MIB,
        unusedImages: () => keepingOf(policyFile.current()?.images.unused),
        keptVolumes: () => keepingOf(policyFile.current()?.volumes.kept),
      }),
    })
  } finally {
    await Promise.all([...workloads.values()].map((one) => one.stop(SHUTDOWN_GRACE_MS)))
    reports.finish()
  }
}

/** Without a policy nothing is thrown away that a policy might keep. */
function keepingOf(kept: { maxSize: number; maxDays: number } | undefined) {
  if (!kept) return { maxBytes: Infinity, maxAgeMs: Infinity }
  return { maxBytes: kept.maxSize * MIB, maxAgeMs: kept.maxDays * DAY_MS }
}
