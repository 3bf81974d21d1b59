import { statfsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import {
  signerFromUri,
  type Account,
  type Attribute,
  type Chain,
  type Prices,
  type Resources,
  type Signer,
} from '@covenant/chain-client'
import type { SandboxStatus } from '@covenant/schema/agent-status'
import { ociArchitecture } from '@covenant/schema/image'
import type { Service } from '@covenant/service'
import { createAlarm } from './alarm.ts'
import type { Config } from './config.ts'
import type { Identity } from './identity.ts'
import { submitCall } from './steps.ts'

/** The node that names this agent or is served by it; undefined when there is none. */
export async function findNode(
  { nodes }: Pick<Chain, 'nodes'>,
  agent: Account,
): Promise<number | undefined> {
  const served = await nodes.byAgent(agent)
  if (served) return served.id
  // The chain keeps no index of names that were given and not taken yet; the latest is the likeliest.
  for (let id = (await nodes.nextId()) - 1; id >= 1; id--) {
    if ((await nodes.get(id))?.namedAgent === agent) return id
  }
  return undefined
}

const MIB = 1024 * 1024

/** Half of what this host has; storage: a quarter of what is free where the agent keeps its data. */
export function offeredResources(data: string): Resources {
  const { bavail, bsize } = statfsSync(data)
  return {
    cpu: Math.max(500, availableParallelism() * 500),
    memory: Math.floor(totalmem() / 2 / MIB),
    storage: Math.floor((bavail * bsize) / 4 / MIB),
    gpus: 0,
    publicIpv4: 0,
  }
}

/** Per second, so that a core is about 26 COV a month, a GiB of memory 13 and one of storage 0.13. */
export const DEFAULT_PRICES: Prices = {
  cpu: 10_000_000_000n,
  memory: 5_000_000_000n,
  storage: 50_000_000n,
  gpu: 0n,
  publicIpv4: 0n,
}

/** What a real probe proved of this host, for owners to choose by. */
export function describeHost(sandbox: SandboxStatus): Attribute[] {
  const platform = [
    { key: 'os', value: 'linux' },
    { key: 'arch', value: ociArchitecture(process.arch) },
  ]
  if (!sandbox.works) return [...platform, { key: 'sandbox', value: 'none' }]
  const { memory, cpu, processes } = sandbox.limits
  return [
    ...platform,
    { key: 'sandbox', value: `${sandbox.executor} ${sandbox.version}`.slice(0, 64) },
    { key: 'memory-limit', value: memory },
    { key: 'cpu-limit', value: cpu },
    { key: 'process-limit', value: processes },
    { key: 'health-checks', value: sandbox.healthChecks ? 'yes' : 'no' },
    { key: 'volumes', value: sandbox.volumes ? 'yes' : 'no' },
  ]
}

export type SettleInDeps = {
  config: Config
  chain: Chain
  identity: Identity
  sandbox: SandboxStatus
  service: Service
}

/** Finds this agent's node, registers it where it may, or waits for it; undefined once asked to stop. */
export async function settleIn(deps: SettleInDeps): Promise<number | undefined> {
  const { config, chain, identity, service } = deps
  const { log, signal } = service
  const agent = identity.signer.address
  let hasToldOperator = false
  const alarm = createAlarm()
  const stopWatching = chain.watchFinalized(() => alarm.ring())
  try {
    while (!signal.aborted) {
      const node = await findNode(chain, agent)
      if (node !== undefined) return node
      const operator = await findOperator(config.operator, chain)
      if (operator !== undefined) {
        await register(deps, operator)
        continue
      }
      if (!hasToldOperator) {
        log.warn('no node names this agent: register one with this agent and sealing key', {
          agent,
          sealingKey: identity.sealingKey,
        })
        service.ready({ agent, node: 'not registered' })
        hasToldOperator = true
      }
      await alarm.wait(10_000, signal)
    }
    return undefined
  } finally {
    stopWatching()
  }
}

/** Who registers the node by itself: not on a live chain, and not with what it does not have. */
async function findOperator(
  uri: string | undefined,
  { chainType, balances, constants }: Chain,
): Promise<Signer | undefined> {
  if (uri === undefined || chainType === 'Live') return undefined
  const operator = signerFromUri(uri)
  const { free } = await balances.of(operator.address)
  return free > constants.nodes.nodeDeposit ? operator : undefined
}

async function register(
  { config, chain, identity, sandbox, service }: SettleInDeps,
  operator: Signer,
) {
  const { log, signal } = service
  const call = chain.calls.nodes.register({
    agent: identity.signer.address,
    sealingKey: identity.sealingKey,
    resources: offeredResources(config.data),
    prices: DEFAULT_PRICES,
    region: 'local',
    attributes: describeHost(sandbox),
    endpoint: config.endpoint ?? 'localhost',
  })
  await submitCall(chain, call, operator, { signal })
  log.info('the node is registered', { operator: operator.address })
}
