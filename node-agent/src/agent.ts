import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { connect, TransientError, type Chain } from '@covenant/chain-client'
import { AGENT_FILES, type AgentStatus, type SandboxStatus } from '@covenant/schema/agent-status'
import type { Policy } from '@covenant/schema/policy'
import type { Service } from '@covenant/service'
import { lockFolder } from '@covenant/service/folder-lock'
import { createAlarm } from './alarm.ts'
import type { Config } from './config.ts'
import { cgroupPrefix } from './executors/cgroup.ts'
import { killLeftovers } from './executors/leftovers.ts'
import { probeHost, type SandboxHost } from './executors/probe.ts'
import { workloadUid } from './executors/workload-uid.ts'
import { deriveIdentity, readSeed } from './identity.ts'
import { createAddressCheck } from './images/addresses.ts'
import { createCredentials } from './images/credentials.ts'
import { createImageLibrary } from './images/library.ts'
import { createImageStore } from './images/store.ts'
import { createNonceBook } from './nonce-book.ts'
import { openPolicyFile } from './policy-file.ts'
import { describeHost, settleIn } from './registration.ts'
import { lockSeed } from './seed-lock.ts'
import { serveNode } from './serve-node.ts'
import { openMemory } from './state/memory.ts'
import { createStatusFile } from './status-file.ts'
import { waitForSilence, watchForTwin, type TwinDeps } from './twin.ts'
import { openVolumeStore } from './volumes/volume-store.ts'

/** An agent's life, from its seed to the last program that it stops. */
export async function runAgent(config: Config, service: Service): Promise<void> {
  // Under a stricter one, folders of an image could not be read by the workload of a root agent.
  process.umask(0o022)
  const unlock = lockFolder(config.data)
  try {
    await liveInFolder(config, service)
  } finally {
    unlock()
  }
}

async function liveInFolder(config: Config, service: Service): Promise<void> {
  const { data } = config
  const { log } = service
  const killed = killLeftovers(join(data, 'runs'))
  if (killed > 0) log.warn('sandboxes of an agent before this one were ended', { killed })
  const identity = deriveIdentity(await readSeed(config.seedFile))
  const unlockSeed = await lockSeed(identity.signer.address)
  const policyFile = await openPolicyFile(join(data, AGENT_FILES.policy), log)
  const memory = await openMemory(join(data, 'memory.json'))
  const executor = policyFile.current()?.executor
  const host = await probe(identity.signer.address, { data, executor, service })
  const sandbox = sandboxStatus(host)
  await mkdir(join(data, 'store'), { recursive: true, mode: 0o700 })
  const store = await createImageStore(join(data, 'store'))
  const volumes =
    host.works && host.volumes.works
      ? await openVolumeStore(join(data, 'volumes'), host.volumes.tools)
      : undefined

  const statusFile = createStatusFile(join(data, AGENT_FILES.status), log)
  let status: AgentStatus = {
    writtenAt: new Date().toISOString(),
    pid: process.pid,
    node: null,
    agent: identity.signer.address,
    sealingKey: identity.sealingKey,
    networkKey: identity.networkKey,
    chain: { endpoint: config.chain, problem: 'not connected yet' },
    api: { url: config.api, problem: null },
    policyProblem: policyFile.problem(),
    sandbox,
    contracts: [],
  }
  const publish = (change: Partial<AgentStatus>) => {
    status = { ...status, ...change }
    statusFile.write(status)
  }
  publish({})

  let chain: Chain | undefined
  try {
    chain = await connectPatiently(config, memory.genesis, service)
    await memory.setGenesis(chain.genesisHash)
    publish({ chain: { endpoint: config.chain, problem: null } })
    const node = await settleIn({ config, chain, identity, sandbox, service })
    if (node === undefined) return
    const nonces = createNonceBook(memory, log)
    const twin: TwinDeps = {
      ...{ chain, node, nonces, service, agent: identity.signer.address },
      publish: (seedProblem) => publish({ node, seedProblem }),
    }
    await waitForSilence(twin)
    const library = createImageLibrary(store, {
      mayConnect: (address, port) => {
        const policy = policyFile.current()
        return policy !== undefined && createAddressCheck(policy.images)(address, port)
      },
      credentials: createCredentials(join(data, AGENT_FILES.registryAuth)),
    })
    const watch = watchForTwin(twin)
    try {
      await serveNode({
        ...{ config, chain, node, identity, policyFile, memory, nonces, host },
        ...{ store, library, volumes },
        service: { ...service, signal: AbortSignal.any([service.signal, watch.found]) },
        proven: describeHost(sandbox),
        publish,
      })
    } finally {
      await watch.stop()
    }
    if (!service.signal.aborted) watch.found.throwIfAborted()
  } finally {
    await statusFile.close()
    await chain?.close()
    unlockSeed()
  }
}

type Given = { data: string; executor: Policy['executor'] | undefined; service: Service }

async function probe(agent: string, { data, executor, service }: Given): Promise<SandboxHost> {
  const { log } = service
  const host = await probeHost({
    path: process.env['PATH'] ?? '',
    uid: workloadUid(agent, 0, 'probe'),
    folder: join(data, 'bundles'),
    executor,
  })
  if (host.works) {
    host.cgroups?.clear(cgroupPrefix(agent))
    const totals = host.cgroups ? 'held' : 'not held: no control groups for this user'
    const { name, version } = host.executor
    log.info(`programs are sandboxed by ${name}`, { version, totals })
    if (host.noHealthChecks !== undefined) {
      log.warn('workloads with health checks are declined', { why: host.noHealthChecks })
    }
    if (!host.volumes.works) {
      log.info('workloads with volumes are declined', { why: host.volumes.why })
    }
  } else {
    log.error('no sandbox can be started here, so all work is declined', {
      why: host.message,
      help: host.remedy,
    })
  }
  return host
}

export function sandboxStatus(host: SandboxHost): SandboxStatus {
  if (!host.works) return { works: false, message: host.message, remedy: host.remedy }
  const limits = host.cgroups
    ? ({ memory: 'total', cpu: 'total', processes: 'total' } as const)
    : ({ memory: 'per-process', cpu: 'none', processes: 'total' } as const)
  const { name, version } = host.executor
  return {
    works: true,
    executor: name,
    version,
    limits,
    healthChecks: host.noHealthChecks === undefined,
    volumes: host.volumes.works,
  }
}

/** Waits for a chain that is away; another chain than this folder belongs to is refused. */
async function connectPatiently(
  { chain }: Config,
  expectGenesis: string | undefined,
  { log, signal }: Service,
): Promise<Chain> {
  for (;;) {
    try {
      return await connect({ endpoint: chain, expectGenesis, signal })
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof TransientError)) throw error
      log.warn('the chain cannot be reached and is tried again', { why: error })
      await createAlarm().wait(2_000, signal)
      signal.throwIfAborted()
    }
  }
}
