import { spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Cgroup, Cgroups } from './cgroup.ts'
import { SANDBOX_FDS, sandboxCommand } from './command.ts'
import type { Executor, Exit, Program, Sandbox, SandboxSpec } from './executor.ts'
import { SANDBOX_MARK } from './leftovers.ts'
import { openNetwork } from './network.ts'
import { processesOf, readStatusField } from './processes.ts'
import { createSeccompFilter, isSeccompArch } from './seccomp.ts'
import { codeOf, createStop } from './stop.ts'
import type { SandboxTools } from './tools.ts'

export type BubblewrapOptions = SandboxSpec & {
  tools: SandboxTools
  output: (chunk: Uint8Array) => void
  /** Holds memory, cpu and processes of the whole workload, where the host has control groups. */
  cgroup?: Cgroup | undefined
}

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
  const stop = createStop({ child, started, exited, pid: () => running?.pid })
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
