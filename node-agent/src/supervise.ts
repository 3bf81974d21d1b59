import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Body, BodyService } from '@covenant/schema'
import { AGENT_FILES, type ServiceStatus } from '@covenant/schema/agent-status'
import { parseImageReference } from '@covenant/schema/image'
import type { Log } from '@covenant/service'
import { imageStorage } from './body-images.ts'
import { cgroupPrefix } from './executors/cgroup.ts'
import type { Exit, Program, Sandbox } from './executors/executor.ts'
import { checkHealth } from './executors/health-check.ts'
import { limitsFor } from './executors/limits.ts'
import type { SandboxHost } from './executors/probe.ts'
import type { MountedVolume } from './executors/volume-mounts.ts'
import { workloadUid } from './executors/workload-uid.ts'
import { checkoutImage } from './images/checkout.ts'
import { ImageDamaged, ImageInvalid } from './images/errors.ts'
import type { ImageLibrary } from './images/library.ts'
import type { ImageStore } from './images/store.ts'
import { decideRestart } from './restart.ts'
import type { Slots } from './slots.ts'
import { openLogFile } from './state/log-file.ts'
import type { VolumeStore } from './volumes/volume-store.ts'
import { watchHealth } from './watch-health.ts'

const MIB = 1024 * 1024
/**
 * An image that was whole when it was accepted is given up only after so many launches without it,
 * 15 s of them: a registry that is being repaired may deny for a moment that it has it.
 */
const BROKEN_AFTER = 6
/** How long a program that is started again for being unhealthy may take to end by itself. */
const UNHEALTHY_GRACE_MS = 10_000

export type WorkloadDeps = {
  /** The agent's data folder. */
  data: string
  /** The agent's account: part of what names a workload on this host. */
  agent: string
  host: Extract<SandboxHost, { works: true }>
  store: ImageStore
  library: ImageLibrary
  /** Undefined where this host has none. */
  volumes: VolumeStore | undefined
  /** How many are laid out and started at once; what waits for a registry takes no place. */
  launches: Slots
  log: Log
  /** Called whenever a service's status changes. */
  onChange(): void
}

export type WorkloadSpec = { contract: number; owner: string; version: number; body: Body }

/** The folder of a contract's checkouts; removed when the contract is forgotten. */
export function runFolder(data: string, contract: number): string {
  return join(data, 'runs', String(contract))
}

export type ServiceSpec = WorkloadSpec & { name: string; service: BodyService }

/** Keeps one service as its policy says: from image to program, and from one program to the next. */
export function superviseService(deps: WorkloadDeps, spec: ServiceSpec) {
  const { contract, name } = spec
  let { version, service } = spec
  const log = deps.log
  const facts = { contract, service: name }
  const stopping = new AbortController()
  const endedFile = join(runFolder(deps.data, contract), `${name}.ended`)
  let sandbox: Sandbox | undefined
  let graceMs = 0
  let refused = 0
  /** Begins to follow the running program anew, by its present health check. */
  let follow = () => {}
  let status: ServiceStatus = {
    name,
    state: 'starting',
    pid: null,
    startedAt: null,
    restarts: -1,
    exitCode: null,
    error: null,
    health: null,
    healthProblem: null,
    nextStart: null,
  }
  const update = (change: Partial<ServiceStatus>) => {
    status = { ...status, ...change }
    deps.onChange()
  }

  /**
   * One run from checkout to exit. `wellMs` is for how long it was well before that: while it ran, or
   * since its health check first said so.
   */
  const run = async (): Promise<{ exit: Exit; wellMs: number; unhealthy: boolean }> => {
    update({ state: 'starting', nextStart: null, restarts: status.restarts + 1 })
    const over = new AbortController()
    let wellAt: number | undefined
    let unhealthy = false
    let leave = () => {}
    try {
      await bringImage(deps, spec, stopping.signal)
      leave = await deps.launches.enter()
      stopping.signal.throwIfAborted()
      const root = await layOut(deps, spec)
      refused = 0
      const volumes = await prepareVolumes(deps, spec)
      const output = openLogFile(join(deps.data, AGENT_FILES.log(contract, name)), {
        onLost: (why) => log.error('the output of a program is lost', { ...facts, why }),
      })
      try {
        sandbox = launch(deps, spec, { root, volumes, output: output.write })
        if (stopping.signal.aborted) void sandbox.stop(graceMs)
        const program = await sandbox.started
        leave()
        if (program !== undefined) {
          const { pid } = program
          update({ state: 'running', pid, startedAt: new Date().toISOString(), error: null })
          log.info('a program runs', { ...facts, pid })
          let following = new AbortController()
          follow = () => {
            following.abort()
            following = new AbortController()
            if (!service.healthCheck) wellAt ??= performance.now()
            const signal = AbortSignal.any([over.signal, following.signal])
            void watch(program, signal, (isWell) => {
              if (isWell) wellAt ??= performance.now()
              if (isWell || unhealthy || service.restart === 'never') return
              unhealthy = true
              void sandbox?.stop(UNHEALTHY_GRACE_MS)
            })
          }
          follow()
        }
        const exit = await sandbox.exited
        const wellMs = wellAt === undefined ? 0 : performance.now() - wellAt
        return { exit, wellMs, unhealthy }
      } finally {
        over.abort()
        follow = () => {}
        sandbox = undefined
        output.close()
      }
    } catch (error) {
      refused = error instanceof ImageInvalid ? refused + 1 : 0
      const exit: Exit = { type: 'failed', error: (error as Error).message }
      return { exit, wellMs: 0, unhealthy: false }
    } finally {
      leave()
    }
  }

  /** Follows a running program by its health check, where it has one, until `signal` aborts. */
  const watch = async (
    { network }: Program,
    signal: AbortSignal,
    onVerdict: (isWell: boolean) => void,
  ): Promise<void> => {
    const check = service.healthCheck
    if (!check) return
    if (status.health !== 'unhealthy') update({ health: 'starting' })
    const ask = async () => {
      const uid = hostUid(deps, contract, `${name}/health`)
      const result = await checkHealth({ tools: deps.host.tools, network, uid, check, signal })
      if (result.type === 'well') return null
      if (result.type === 'failed') return result.why
      if (!signal.aborted) log.error('a program was not asked how it is', { ...facts, ...result })
      return undefined
    }
    await watchHealth({
      ...{ check, ask, signal },
      onHealth: (health, problem) => {
        const before = status.health
        const told = health === 'starting' ? before : health
        if (told !== before || problem !== status.healthProblem) {
          update({ health: told, healthProblem: problem })
        }
        if (told !== before)
          log.info('the health of a program', { ...facts, health: told, why: problem })
        if (health !== 'starting') onVerdict(health === 'healthy')
      },
    })
  }

  const supervise = async () => {
    const before = await readEnded(endedFile, version)
    if (before !== undefined) return update({ state: 'ended', exitCode: before })
    for (let attempts = 0; !stopping.signal.aborted;) {
      const { exit, wellMs, unhealthy } = await run()
      const code = exit.type === 'exited' ? exit.code : null
      const ended = { pid: null, exitCode: code, error: exit.type === 'failed' ? exit.error : null }
      update(unhealthy ? ended : { ...ended, health: null, healthProblem: null })
      if (stopping.signal.aborted) break
      const verdict = decideRestart({ policy: service.restart, code, wellMs, attempts, unhealthy })
      if (exit.type === 'failed')
        log.error('a program was not started', { ...facts, why: exit.error })
      else log.info('a program ended', { ...facts, code: exit.code, next: verdict.type })
      if (verdict.type === 'stay') {
        await writeFile(endedFile, JSON.stringify({ version, code }))
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
    adjust: (next: { version: number; service: BodyService }) => {
      const isSame = isDeepStrictEqual(next.service.healthCheck, service.healthCheck)
      ;({ version, service } = next)
      if (isSame) return
      update({ health: null, healthProblem: null })
      follow()
    },
    stop: async (within: number) => {
      graceMs = within
      if (status.state !== 'ended') update({ state: 'stopping' })
      stopping.abort()
      await sandbox?.stop(within)
      await over
    },
  }
}

/** Brings the image where it is missing. */
async function bringImage(
  { library }: WorkloadDeps,
  { body, service }: ServiceSpec,
  signal: AbortSignal,
): Promise<void> {
  const reference = parseImageReference(service.image)
  const maxBytes = imageStorage(body) * MIB
  await library.fetch(reference, { maxBytes, signal })
}

/** Checks and lays out each file of the image anew. */
async function layOut(
  { data, store }: WorkloadDeps,
  { contract, name, service }: ServiceSpec,
): Promise<string> {
  const reference = parseImageReference(service.image)
  const tree = await store.tree(reference.digest)
  if (!tree) throw new Error(`${service.image} is not in the store`)
  const mountPaths = (service.volumes ?? []).map(({ mountPath }) => mountPath)
  const root = join(runFolder(data, contract), name)
  await mkdir(runFolder(data, contract), { recursive: true, mode: 0o700 })
  try {
    await checkoutImage(store, tree, root, mountPaths)
  } catch (error) {
    await rm(root, { recursive: true, force: true })
    // This launch is refused; the next one fetches what is damaged from where it came.
    if (error instanceof ImageDamaged) await store.discard(reference.digest)
    throw error
  }
  return root
}

/** Those of one service, each ready to be mounted. */
async function prepareVolumes(
  deps: WorkloadDeps,
  { contract, owner, body, name: service, service: { volumes: mounts = [] } }: ServiceSpec,
): Promise<MountedVolume[]> {
  const mounted: MountedVolume[] = []
  for (const { name, mountPath } of mounts) {
    const uid = hostUid(deps, contract, service)
    const volume = body.volumes?.[name]
    if (!volume || !deps.volumes || uid === undefined) throw new Error('this host has no volumes')
    const claim = { contract, owner, deployment: body.name, name, ...volume }
    mounted.push({ ...(await deps.volumes.prepare(claim, uid)), mountPath })
  }
  return mounted
}

type Launch = { root: string; volumes: MountedVolume[]; output: (chunk: Uint8Array) => void }

function launch(
  deps: WorkloadDeps,
  { contract, body, name, service }: ServiceSpec,
  { root, volumes, output }: Launch,
): Sandbox {
  const { volumes: host } = deps.host
  const sizes = volumes.length === 0 ? [] : Object.values(body.volumes ?? {})

  return deps.host.executor.launch({
    name: `${cgroupPrefix(deps.agent)}${contract}.${name}`,
    root,
    uid: hostUid(deps, contract, name),
    hostname: name,
    command: service.command,
    env: service.env,
    limits: limitsFor(service.resources, Math.max(0, ...sizes.map(({ size }) => size))),
    volumes: host.works ? { list: volumes, tools: host.tools } : undefined,
    output,
  })
}

/** A uid for what is done for one service; a plain user has none but its own. */
function hostUid({ agent }: WorkloadDeps, contract: number, what: string): number | undefined {
  return process.getuid?.() === 0 ? workloadUid(agent, contract, what) : undefined
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
