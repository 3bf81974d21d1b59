import { installCommand, probeSandbox, refusalRemedy } from '@covenant/service/sandbox-probe'
import { launchSandbox, type Exit } from './bubblewrap.ts'
import { findCgroups, type Cgroups } from './cgroup.ts'
import type { SandboxTools } from './command.ts'
import { limitsFor } from './limits.ts'
import { isSeccompArch } from './seccomp.ts'
import { findTools, TOOL_PACKAGES } from './tools.ts'

/** What a real sandbox on this host proved. */
export type SandboxHost =
  | {
      works: true
      tools: SandboxTools
      /** bubblewrap's. */
      version: string
      /** Undefined where a workload's totals of memory and cpu cannot be bounded. */
      cgroups: Cgroups | undefined
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
  const bounded = cgroups && (await tryOut(tools, uid, cgroups))
  const plain = bounded?.ok ? bounded : await tryOut(tools, uid, undefined)
  const basic = await probeSandbox({ path, uid })
  if (plain.ok) {
    return {
      works: true,
      tools,
      version: basic.works ? basic.version : 'unknown',
      cgroups: bounded?.ok ? cgroups : undefined,
    }
  }
  return basic.works
    ? { works: false, message: plain.error, remedy: refusalRemedy(tools.bwrap, plain.error) }
    : { works: false, message: basic.message, remedy: basic.remedy }
}

const PROBE_LIMITS = limitsFor({ cpu: 100, memory: 64, storage: 1 })

async function tryOut(
  tools: SandboxTools,
  uid: number,
  cgroups: Cgroups | undefined,
): Promise<{ ok: true } | { ok: false; error: string }> {
  let output = ''
  let exit: Exit
  try {
    const sandbox = launchSandbox({
      tools,
      root: '/',
      uid: process.getuid?.() === 0 ? uid : undefined,
      hostname: 'probe',
      command: ['/bin/true'],
      env: {},
      limits: PROBE_LIMITS,
      cgroup: cgroups?.create(`probe-${process.pid}`, PROBE_LIMITS),
      output: (chunk) => (output += Buffer.from(chunk).toString()),
    })
    exit = await sandbox.exited
  } catch (error) {
    return { ok: false, error: (error as Error).message }
  }
  if (exit.type === 'exited' && exit.code === 0) return { ok: true }
  const error = exit.type === 'failed' ? exit.error : output.trim() || `it ended with ${exit.code}`
  return { ok: false, error }
}
