import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { bodyResources, type Body, type BodyService } from '@covenant/schema'
import { AGENT_FILES, type ServiceStatus } from '@covenant/schema/agent-status'
import { parseImageReference } from '@covenant/schema/image'
import type { Log } from '@covenant/service'
import { launchSandbox, type Exit, type Sandbox } from './executors/bubblewrap.ts'
import { cgroupPrefix } from './executors/cgroup.ts'
import { limitsFor } from './executors/limits.ts'
import type { SandboxHost } from './executors/probe.ts'
import { workloadUid } from './executors/workload-uid.ts'
import { checkoutImage } from './images/checkout.ts'
import { ImageDamaged, ImageInvalid } from './images/errors.ts'
import type { ImageLibrary } from './images/library.ts'
import type { ImageStore } from './images/store.ts'
import { decideRestart } from './restart.ts'
import { openLogFile } from './state/log-file.ts'

const MIB = 1024 * 1024
/**
 * An image that was whole when it was accepted is given up only after so many launches without it,
 * 15 s of them: a registry that is being repaired may deny for a moment that it has it.
 */
const BROKEN_AFTER = 6

/** One contract's services, kept running until they are stopped. */
export type Workload = {
  version: number
  status(): ServiceStatus[]
  /**
   * Why a service can be launched no more, wherever it is tried: its image could not be had whole so
   * many times in a row. Undefined as long as that may still change.
   */
  broken(): string | undefined
  /** Ends every service, giving each `graceMs` to end by itself; resolves when all are gone. */
  stop(graceMs: number): Promise<void>
}

export type WorkloadDeps = {
  /** The agent's data folder. */
  data: string
  /** The agent's account: part of what names a workload on this host. */
  agent: string
  host: Extract<SandboxHost, { works: true }>
  store: ImageStore
  library: ImageLibrary
  log: Log
  /** Called whenever a service's status changes. */
  onChange(): void
}

export type WorkloadSpec = { contract: number; version: number; body: Body }

/** The folder of a contract's checkouts; removed when the contract is forgotten. */
export function runFolder(data: string, contract: number): string {
  return join(data, 'runs', String(contract))
}

/** Starts every service of a contract, each of which then restarts as its policy says. */
export function startWorkload(deps: WorkloadDeps, spec: WorkloadSpec): Workload {
  const services = Object.entries(spec.body.services).map(([name, service]) =>
    superviseService(deps, { ...spec, name, service }),
  )
  return {
    version: spec.version,
    status: () => services.map((service) => service.status()),
    broken: () => services.map((service) => service.broken()).find((why) => why !== undefined),
    stop: async (graceMs) => {
      await Promise.all(services.map((service) => service.stop(graceMs)))
    },
  }
}

type ServiceSpec = WorkloadSpec & { name: string; service: BodyService }

function superviseService(deps: WorkloadDeps, spec: ServiceSpec) {
  const { contract, name, service } = spec
  const log = deps.log
  const facts = { contract, service: name }
  const stopping = new AbortController()
  const endedFile = join(runFolder(deps.data, contract), `${name}.ended`)
  let sandbox: Sandbox | undefined
  let graceMs = 0
  let refused = 0
  let status: ServiceStatus = {
    name,
    state: 'starting',
    pid: null,
    startedAt: null,
    restarts: -1,
    exitCode: null,
    error: null,
    nextStart: null,
  }
  const update = (change: Partial<ServiceStatus>) => {
    status = { ...status, ...change }
    deps.onChange()
  }

  /** One run from checkout to exit. */
  const run = async (): Promise<{ exit: Exit; ranMs: number }> => {
    update({ state: 'starting', nextStart: null, restarts: status.restarts + 1 })
    let startedAt: number | undefined
    try {
      const root = await layOut(deps, spec, stopping.signal)
      refused = 0
      const output = openLogFile(join(deps.data, AGENT_FILES.log(contract, name)))
      try {
        sandbox = launch(deps, spec, { root, output: output.write })
        if (stopping.signal.aborted) void sandbox.stop(graceMs)
        const pid = await sandbox.started
        if (pid !== undefined) {
          startedAt = performance.now()
          update({ state: 'running', pid, startedAt: new Date().toISOString(), error: null })
          log.info('a program runs', { ...facts, pid })
        }
        const exit = await sandbox.exited
        return { exit, ranMs: startedAt === undefined ? 0 : performance.now() - startedAt }
      } finally {
        sandbox = undefined
        output.close()
      }
    } catch (error) {
      refused = error instanceof ImageInvalid ? refused + 1 : 0
      return { exit: { type: 'failed', error: (error as Error).message }, ranMs: 0 }
    }
  }

  const supervise = async () => {
    const before = await readEnded(endedFile, spec.version)
    if (before !== undefined) return update({ state: 'ended', exitCode: before })
    for (let attempts = 0; !stopping.signal.aborted;) {
      const { exit, ranMs } = await run()
      const code = exit.type === 'exited' ? exit.code : null
      update({ pid: null, exitCode: code, error: exit.type === 'failed' ? exit.error : null })
      if (stopping.signal.aborted) break
      const verdict = decideRestart({ policy: service.restart, code, ranMs, attempts })
      if (exit.type === 'failed')
        log.error('a program was not started', { ...facts, why: exit.error })
      else log.info('a program ended', { ...facts, code: exit.code, next: verdict.type })
      if (verdict.type === 'stay') {
        await writeFile(endedFile, JSON.stringify({ version: spec.version, code }))
        return update({ state: 'ended' })
      }
      attempts = verdict.attempts
      const nextStart = new Date(Date.now() + verdict.delayMs).toISOString()
      update({ state: 'waiting', nextStart })
      await delay(verdict.delayMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  const over = supervise().catch((error: unknown) => {
    log.error('a service is no longer supervised', { ...facts, why: error })
    update({ state: 'ended', error: (error as Error).message })
  })
  return {
    status: () => status,
    broken: () => (refused >= BROKEN_AFTER ? `${name}: ${status.error}` : undefined),
    stop: async (within: number) => {
      graceMs = within
      if (status.state !== 'ended') update({ state: 'stopping' })
      stopping.abort()
      await sandbox?.stop(within)
      await over
    },
  }
}

/** Brings the image where it is missing, and checks and lays out each of its files anew. */
async function layOut(
  { data, store, library }: WorkloadDeps,
  { contract, body, name, service }: ServiceSpec,
  signal: AbortSignal,
): Promise<string> {
  const reference = parseImageReference(service.image)
  await library.fetch(reference, { maxBytes: bodyResources(body).storage * MIB, signal })
  const tree = await store.tree(reference.digest)
  if (!tree) throw new Error(`${service.image} is not in the store`)
  const root = join(runFolder(data, contract), name)
  await mkdir(runFolder(data, contract), { recursive: true, mode: 0o700 })
  try {
    await checkoutImage(store, tree, root)
  } catch (error) {
    await rm(root, { recursive: true, force: true })
    // This launch is refused; the next one fetches what is damaged from where it came.
    if (error instanceof ImageDamaged) await store.discard(reference.digest)
    throw error
  }
  return root
}

function launch(
  { agent, host }: WorkloadDeps,
  { contract, name, service }: ServiceSpec,
  { root, output }: { root: string; output: (chunk: Uint8Array) => void },
): Sandbox {
  const limits = limitsFor(service.resources)
  return launchSandbox({
    tools: host.tools,
    root,
    uid: process.getuid?.() === 0 ? workloadUid(agent, contract, name) : undefined,
    hostname: name,
    command: service.command,
    env: service.env,
    limits,
    cgroup: host.cgroups?.create(`${cgroupPrefix(agent)}${contract}.${name}`, limits),
    output,
  })
}

/** With which code the program of this version ended for good; undefined when it did not. */
async function readEnded(file: string, version: number): Promise<number | undefined> {
  try {
    const ended = JSON.parse(await readFile(file, 'utf8')) as { version: number; code: number }
    return ended.version === version ? ended.code : undefined
  } catch {
    return undefined
  }
}
