import { spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import type { Cgroup, Cgroups } from './cgroup.ts'
import { SANDBOX_FDS, sandboxCommand } from './command.ts'
import type { Executor, Exit, Program, Sandbox, SandboxSpec } from './executor.ts'
import { SANDBOX_MARK } from './leftovers.ts'
import { openNetwork } from './network.ts'
import { createSeccompFilter, isSeccompArch } from './seccomp.ts'
import type { SandboxTools } from './tools.ts'

export type BubblewrapOptions = SandboxSpec & {
  tools: SandboxTools
  output: (chunk: Uint8Array) => void
  /** Holds memory, cpu and processes of the whole workload, where the host has control groups. */
  cgroup?: Cgroup | undefined
}

/** How long a killed sandbox may take to disappear before its outermost process is killed too. */
const KILL_PATIENCE_MS = 2_000
/** How long the stages may take, on a busy host, before a sandbox counts as stuck. */
const SETUP_PATIENCE_MS = 10_000
const STDERR_KEPT_BYTES = 2_000

/** The default executor, for root and for plain users. */
export function bubblewrapExecutor(
  tools: SandboxTools,
  version: string,
  cgroups: Cgroups | undefined,
): Executor {
  return {
    name: 'bubblewrap',
    version,
    launch: ({ name, ...options }) =>
      launchSandbox({ ...options, tools, cgroup: cgroups?.create(name, options.limits) }),
  }
}

export function launchSandbox({ tools, output, cgroup, ...spec }: BubblewrapOptions): Sandbox {
  const { arch } = process
  if (!isSeccompArch(arch)) throw new Error(`no system call filter is known for ${arch}`)
  const { argv, args } = sandboxCommand(tools, spec)
  const [program = '', ...rest] = argv
  const child = spawn(program, rest, {
    cwd: '/',
    // The inner sandbox clears it; until then it tells a later agent whose each stage was.
    env: { [SANDBOX_MARK]: spec.root },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  })
  // The types of child processes know of five pipes at most.
  const pipes = child.stdio as unknown as (Readable & Writable)[]
  const pipe = (fd: number) => {
    const stream = pipes[fd] as Readable & Writable
    // A stage that ended early closes its pipes; its exit says why.
    stream.on('error', () => {})
    return stream
  }
  pipe(SANDBOX_FDS.args).end(args)
  pipe(SANDBOX_FDS.seccomp).end(createSeccompFilter(arch))
  const release = pipe(SANDBOX_FDS.block)

  let complaint = ''
  const { promise: started, resolve: start } = Promise.withResolvers<Program | undefined>()
  let running: Program | undefined
  let exitCode: number | undefined
  child.stdout?.on('data', output)
  child.stderr?.on('data', (chunk: Buffer) => {
    if (running === undefined) complaint = (complaint + chunk).slice(-STDERR_KEPT_BYTES)
    output(chunk)
  })
  // The outer status gives the host's number of the namespace's first process; the inner one, which
  // follows, numbers the program within that namespace.
  let init: number | undefined
  readStatus(pipe(SANDBOX_FDS.outerStatus), (status) => {
    init ??= status['child-pid']
    admit()
  })
  let inner: number | undefined
  readStatus(pipe(SANDBOX_FDS.status), (status) => {
    inner ??= status['child-pid']
    admit()
    exitCode = status['exit-code'] ?? exitCode
  })
  const admit = () => {
    if (init === undefined || inner === undefined || running !== undefined) return
    try {
      const pid = findOnHost(init, inner)
      cgroup?.add(pid)
      // While it waits it is certainly there, and the number its own.
      running = { pid, network: openNetwork(pid, init) }
      start(running)
      release.end('\n')
    } catch (error) {
      complaint = (error as Error).message
      child.kill('SIGKILL')
    }
  }

  const exited = new Promise<Exit>((resolve) => {
    let spawnError: Error | undefined
    child.on('error', (error) => (spawnError ??= error))
    child.on('close', (code, signal) => {
      start(undefined)
      running?.network.close()
      cgroup?.remove()
      if (exitCode !== undefined) return resolve({ type: 'exited', code: exitCode })
      if (running !== undefined) return resolve({ type: 'exited', code: codeOf(code, signal) })
      const why = complaint.trim() || spawnError?.message || `it ended with ${signal ?? code}`
      resolve({ type: 'failed', error: `the sandbox did not start: ${why}` })
    })
  })
  const stop = async (graceMs: number) => {
    // A stage killed before the next one is tied to its life would leave that one behind.
    await endsWithin(Promise.race([started, exited]), SETUP_PATIENCE_MS)
    const pid = running?.pid
    if (pid !== undefined) {
      const deadline = performance.now() + graceMs
      if (handlesTerm(pid)) kill(pid, 'SIGTERM')
      // Asked again and again: a shell blocks all signals for the moment in which it starts a program.
      while (handlesTerm(pid) && performance.now() < deadline) {
        if (await endsWithin(exited, Math.min(100, deadline - performance.now()))) return exited
      }
      kill(pid, 'SIGKILL')
      if (await endsWithin(exited, KILL_PATIENCE_MS)) return exited
    }
    child.kill('SIGKILL')
    return exited
  }
  /** Signals the program unless it is gone already: its number may be another's by then. */
  const kill = (pid: number, signal: NodeJS.Signals) => {
    if (isOver(child)) return
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  return { started, exited, stop }
}

type Status = { 'child-pid'?: number; 'exit-code'?: number }

/** bubblewrap writes one JSON document a line. */
function readStatus(stream: Readable, onStatus: (status: Status) => void): void {
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) if (line.trim()) onStatus(JSON.parse(line) as Status)
  })
}

/**
 * The host's number of the program that is `inner` in the process namespace whose first process is
 * `init`: a grandchild of it, by way of the inner bubblewrap.
 */
function findOnHost(init: number, inner: number): number {
  for (const pid of processesOf(init).flatMap(processesOf)) {
    // As this namespace, the outer and the inner one number it.
    if (readStatusField(pid, 'NSpid').split(/\s+/).at(-2) === String(inner)) return pid
  }
  throw new Error('the program is not to be found among the processes of the host')
}

function processesOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && Number(readStatusField(pid, 'PPid')) === parent)
}

/** One field of a process; empty when it is gone. */
function readStatusField(pid: number, field: string): string {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? ''
  } catch {
    return ''
  }
}

/**
 * Whether SIGTERM would reach the program. It is the first process of its namespace, for which the
 * kernel drops signals that it neither catches nor blocks: there is nothing to wait for then.
 */
function handlesTerm(pid: number): boolean {
  const bit = 1n << BigInt(constants.signals.SIGTERM - 1)
  return ['SigCgt', 'SigBlk'].some((field) => {
    const mask = readStatusField(pid, field) || '0'
    return (BigInt(`0x${mask}`) & bit) !== 0n
  })
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function codeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal ? constants.signals[signal] : 0)
}

async function endsWithin(end: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false)
  })
  const inTime = await Promise.race([end.then(() => true), late])
  clearTimeout(timer)
  return inTime
}
