import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ExecutorName } from '@covenant/schema/policy'
import { installCommand, probeSandbox, refusalRemedy } from '@covenant/service/sandbox-probe'
import { bubblewrapExecutor } from './bubblewrap.ts'
import { findCgroups, type Cgroups } from './cgroup.ts'
import type { Executor, Exit, LaunchOptions, Sandbox } from './executor.ts'
import { checkHealth } from './health-check.ts'
import { openVolumeStore } from '../volumes/volume-store.ts'
import { limitsFor } from './limits.ts'
import { ociExecutor } from './oci.ts'
import { isSeccompArch } from './seccomp.ts'
import {
  findAll,
  findTools,
  findVolumeTools,
  OCI_TOOLS,
  TOOL_PACKAGES,
  type CheckTools,
  type Tool,
  type VolumeTools,
} from './tools.ts'

/** What a real sandbox on this host proved. */
export type SandboxHost =
  | {
      works: true
      executor: Executor
      tools: CheckTools
      /** Undefined where a workload's totals of memory and cpu cannot be bounded. */
      cgroups: Cgroups | undefined
      /** Why workloads cannot be asked how they are; undefined where they can. */
      noHealthChecks: string | undefined
      volumes: HostVolumes
    }
  | NoSandbox
/** What volumes are made with, or why they cannot be had, or not be held to their sizes. */
export type HostVolumes = { works: true; tools: VolumeTools } | { works: false; why: string }
type NoSandbox = { works: false; message: string; remedy: string }

export type ProbeHostOptions = {
  /** Where the programs are looked for. */
  path: string
  /** The uid that the probe's program gets when this process is root. */
  uid: number
  /** A folder that an OCI runtime's bundles are written to; whatever is in it goes. */
  folder: string
  /** What the operator wants, or whatever works. @default auto */
  executor?: ExecutorName | 'auto' | undefined
  /** What control groups there may be. @default those of this host */
  cgroups?: Cgroups | undefined
}

/**
 * Runs a program exactly as workloads are run, and says whether that works, with which limits, and
 * else the one command that helps. Never throws.
 */
export async function probeHost({
  path,
  uid,
  folder,
  executor = 'auto',
  cgroups = findCgroups(),
}: ProbeHostOptions): Promise<SandboxHost> {
  if (!isSeccompArch(process.arch)) {
    return {
      works: false,
      message: `no system call filter is known for ${process.arch}`,
      remedy: 'use a host with an x64 or arm64 processor',
    }
  }
  rmSync(folder, { recursive: true, force: true })
  const isRoot = process.getuid?.() === 0
  const fallbacks = isRoot ? (['crun', 'runc'] as const) : []
  const names = executor === 'auto' ? (['bubblewrap', ...fallbacks] as const) : [executor]
  let refusal: NoSandbox | undefined
  for (const name of names) {
    const options = { path, uid, folder, cgroups }
    const host = await (name === 'bubblewrap' ? probeBubblewrap(options) : probeOci(name, options))
    if (host.works) return host
    // What helps the first is what is wanted; the others only stand in for it.
    refusal ??= host
  }
  return refusal as NoSandbox
}

type Given = Required<Pick<ProbeHostOptions, 'path' | 'uid' | 'folder'>> & {
  cgroups: Cgroups | undefined
}

async function probeBubblewrap({ path, uid, folder, cgroups }: Given): Promise<SandboxHost> {
  const tools = findTools(path)
  if ('missing' in tools) return missing(tools.missing)
  const basic = await probeSandbox({ path, uid })
  const version = basic.works ? basic.version : 'unknown'
  const attempt = (groups: Cgroups | undefined) => bubblewrapExecutor(tools, version, groups)
  const host = await tryExecutors(attempt, {
    ...{ path, uid, folder, tools },
    cgroups: cgroups ? [cgroups, undefined] : [undefined],
  })
  if (typeof host !== 'string') return host
  return basic.works
    ? { works: false, message: host, remedy: refusalRemedy(tools.bwrap, host) }
    : { works: false, message: basic.message, remedy: basic.remedy }
}

/** crun does without control groups where there are none; runc does not. */
async function probeOci(
  name: 'crun' | 'runc',
  { path, uid, folder, cgroups }: Given,
): Promise<SandboxHost> {
  const found = findAll(path, [name, ...OCI_TOOLS])
  if ('missing' in found) return missing(found.missing)
  if (process.getuid?.() !== 0) {
    const remedy = 'run the agent as root, or write "executor: bubblewrap" into its policy'
    return { works: false, message: `${name} needs root`, remedy }
  }
  const { [name]: runtime, ...tools } = found
  const version = await versionOf(runtime)
  const attempt = (groups: Cgroups | undefined) =>
    ociExecutor({ name, runtime, version, tools, folder, cgroups: groups })
  const withGroups = cgroups ? [cgroups] : []
  const without = name === 'crun' ? [undefined] : []
  const host = await tryExecutors(attempt, {
    ...{ path, uid, folder, tools },
    cgroups: [...withGroups, ...without],
  })
  if (typeof host !== 'string') return host
  return {
    works: false,
    message: host,
    remedy: 'write "executor: auto" into the policy of the agent',
  }
}

/** The first that works, of one for each of these control groups; why the last does not. */
async function tryExecutors(
  create: (cgroups: Cgroups | undefined) => Executor,
  options: Omit<Given, 'cgroups'> & {
    tools: CheckTools
    cgroups: readonly (Cgroups | undefined)[]
  },
): Promise<Extract<SandboxHost, { works: true }> | string> {
  const { uid, tools } = options
  let refusal = 'it needs control groups, and this host gives it none'
  for (const cgroups of options.cgroups) {
    const executor = create(cgroups)
    const refused = await tryOut(executor, uid)
    if (refused === undefined) {
      const noHealthChecks = await tryHealthCheck(executor, tools, uid)
      const volumes = await tryVolume(executor, options)
      return { works: true, executor, tools, cgroups, noHealthChecks, volumes }
    }
    refusal = refused
  }
  return refusal
}

function missing(tool: Tool): NoSandbox {
  const remedy = installCommand(TOOL_PACKAGES[tool])
  return { works: false, message: `${tool} is not installed`, remedy }
}

/** The last word of the first line, of which both runtimes make the same. */
async function versionOf(runtime: string): Promise<string> {
  const { stdout } = await promisify(execFile)(runtime, ['--version'])
  return stdout.split('\n')[0]?.split(' ').at(-1) ?? 'unknown'
}

/** Of a volume that is tried out. */
const PROBE_MIB = 16
const PROBE_LIMITS = limitsFor({ cpu: 100, memory: 64, storage: 1 }, 4 * PROBE_MIB)

function launchProbe(
  executor: Executor,
  uid: number,
  { command, output, volumes }: Pick<LaunchOptions, 'command' | 'output' | 'volumes'>,
): Sandbox {
  return executor.launch({
    name: `probe-${process.pid}`,
    root: '/',
    uid: process.getuid?.() === 0 ? uid : undefined,
    hostname: 'probe',
    env: {},
    limits: PROBE_LIMITS,
    ...{ command, output, volumes },
  })
}

/** Why a program does not run in a sandbox here; undefined when it does. */
async function tryOut(executor: Executor, uid: number): Promise<string | undefined> {
  let output = ''
  let exit: Exit
  try {
    exit = await launchProbe(executor, uid, {
      command: ['/bin/true'],
      output: (chunk) => (output += Buffer.from(chunk).toString()),
    }).exited
  } catch (error) {
    return (error as Error).message
  }
  if (exit.type === 'exited' && exit.code === 0) return undefined
  return exit.type === 'failed' ? exit.error : output.trim() || `it ended with ${exit.code}`
}

/** Why a workload cannot be asked how it is: one in which nothing listens has to say just that. */
async function tryHealthCheck(
  executor: Executor,
  tools: CheckTools,
  uid: number,
): Promise<string | undefined> {
  const sandbox = launchProbe(executor, uid, { command: ['/bin/sleep', '60'], output: () => {} })
  const program = await sandbox.started
  const result =
    program &&
    (await checkHealth({
      tools,
      network: program.network,
      uid: process.getuid?.() === 0 ? uid : undefined,
      check: { tcp: { port: 1 }, timeoutSeconds: 5 },
    }))
  await sandbox.stop(0)
  if (result?.type === 'failed') return undefined
  return result?.type === 'impossible' ? result.why : 'a program that only sleeps counts as well'
}

/** Whether a program can write to a volume, and to no more than the volume has. */
async function tryVolume(
  executor: Executor,
  { path, uid, folder }: Pick<Given, 'path' | 'uid' | 'folder'>,
): Promise<HostVolumes> {
  const no = (why: string): HostVolumes => ({
    works: false,
    why: `there are no volumes here: ${why}`,
  })
  if (process.getuid?.() !== 0) return no('only root can mount their file systems')
  const tools = findVolumeTools(path)
  if ('missing' in tools) {
    return no(`${tools.missing} is not installed (${installCommand(TOOL_PACKAGES[tools.missing])})`)
  }
  const store = join(folder, 'volumes')
  try {
    const volumes = await openVolumeStore(store, tools)
    const name = { owner: 'probe', deployment: 'probe', name: 'probe' }
    const claim = { ...name, contract: 0, size: PROBE_MIB, keepOnDelete: false }
    const mountPath = '/tmp/volume'
    const list = [{ ...(await volumes.prepare(claim, uid)), mountPath }]
    let said = ''
    const exit = await launchProbe(executor, uid, {
      command: [
        '/bin/sh',
        '-c',
        `head -c ${2 * PROBE_MIB}M /dev/zero > ${mountPath}/file; wc -c < ${mountPath}/file`,
      ],
      output: (chunk) => (said += Buffer.from(chunk).toString()),
      volumes: { list, tools },
    }).exited
    if (exit.type === 'failed') return no(exit.error)
    const written = Number(/^\d+$/m.exec(said)?.[0] ?? 0)
    if (written > 0 && written < PROBE_MIB * 1024 * 1024) return { works: true, tools }
    return no(
      `a program that wrote ${2 * PROBE_MIB} MiB to one of ${PROBE_MIB} said: ${said.trim()}`,
    )
  } catch (error) {
    return no((error as Error).message)
  } finally {
    rmSync(store, { recursive: true, force: true })
  }
}
