import { installCommand, probeSandbox, refusalRemedy } from '@covenant/service/sandbox-probe'
import { bubblewrapExecutor } from './bubblewrap.ts'
import { findCgroups, type Cgroups } from './cgroup.ts'
import type { Executor, Exit, LaunchOptions, Sandbox } from './executor.ts'
import { checkHealth } from './health-check.ts'
import { limitsFor } from './limits.ts'
import { isSeccompArch } from './seccomp.ts'
import { findTools, TOOL_PACKAGES, type SandboxTools } from './tools.ts'

/** What a real sandbox on this host proved. */
export type SandboxHost =
  | {
      works: true
      executor: Executor
      tools: SandboxTools
      /** Undefined where a workload's totals of memory and cpu cannot be bounded. */
      cgroups: Cgroups | undefined
      /** Why workloads cannot be asked how they are; undefined where they can. */
      noHealthChecks: string | undefined
    }
  | { works: false; message: string; remedy: string }

export type ProbeHostOptions = {
  /** Where the programs are looked for. */
  path: string
  /** The uid that the probe's program gets when this process is root. */
  uid: number
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
  cgroups = findCgroups(),
}: ProbeHostOptions): Promise<SandboxHost> {
  if (!isSeccompArch(process.arch)) {
    return {
      works: false,
      message: `no system call filter is known for ${process.arch}`,
      remedy: 'use a host with an x64 or arm64 processor',
    }
  }
  const tools = findTools(path)
  if ('missing' in tools) {
    return {
      works: false,
      message: `${tools.missing} is not installed`,
      remedy: installCommand(TOOL_PACKAGES[tools.missing]),
    }
  }
  const basic = await probeSandbox({ path, uid })
  const version = basic.works ? basic.version : 'unknown'
  const attempt = async (groups: Cgroups | undefined) => {
    const executor = bubblewrapExecutor(tools, version, groups)
    return { executor, cgroups: groups, refusal: await tryOut(executor, uid) }
  }
  const bounded = cgroups && (await attempt(cgroups))
  const proven = bounded?.refusal === undefined && bounded ? bounded : await attempt(undefined)
  if (proven.refusal === undefined) {
    const { executor } = proven
    const noHealthChecks = await tryHealthCheck(executor, tools, uid)
    return { works: true, executor, tools, cgroups: proven.cgroups, noHealthChecks }
  }
  return basic.works
    ? { works: false, message: proven.refusal, remedy: refusalRemedy(tools.bwrap, proven.refusal) }
    : { works: false, message: basic.message, remedy: basic.remedy }
}

const PROBE_LIMITS = limitsFor({ cpu: 100, memory: 64, storage: 1 })

function launchProbe(
  executor: Executor,
  uid: number,
  { command, output }: Pick<LaunchOptions, 'command' | 'output'>,
): Sandbox {
  return executor.launch({
    name: `probe-${process.pid}`,
    root: '/',
    uid: process.getuid?.() === 0 ? uid : undefined,
    hostname: 'probe',
    env: {},
    limits: PROBE_LIMITS,
    command,
    output,
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
  tools: SandboxTools,
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
