import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cgroups } from './cgroup.ts'
import type { Executor, Exit, LaunchOptions, Program, Sandbox } from './executor.ts'
import { SANDBOX_MARK } from './leftovers.ts'
import { openNetwork } from './network.ts'
import { ociConfig } from './oci-config.ts'
import { processesOf, readStatusField } from './processes.ts'
import { isSeccompArch } from './seccomp.ts'
import { codeOf, createStop } from './stop.ts'
import type { OciTools } from './tools.ts'
import { withVolumes } from './volume-mounts.ts'

export type OciOptions = {
  name: 'crun' | 'runc'
  /** The runtime's program. */
  runtime: string
  version: string
  tools: OciTools
  /** Where bundles are written; a folder that is the executor's alone. */
  folder: string
  cgroups: Cgroups | undefined
}

const PID_FILE = 'pid'
const STDERR_KEPT_BYTES = 2_000

/** Runs workloads by an OCI runtime, as root. What a sandbox is, its config.json says. */
export function ociExecutor(options: OciOptions): Executor {
  const { name, version } = options
  return { name, version, launch: (launch) => launchContainer(options, launch) }
}

function launchContainer(executor: OciOptions, launch: LaunchOptions): Sandbox {
  const { arch } = process
  const { uid, root, output } = launch
  if (!isSeccompArch(arch)) throw new Error(`no system call filter is known for ${arch}`)
  if (uid === undefined) throw new Error(`${executor.name} needs root`)
  const bundle = join(executor.folder, launch.name)
  rmSync(bundle, { recursive: true, force: true })
  // The workload's own uid never needs to come through here: the runtime has changed its root by then.
  mkdirSync(join(bundle, 'root'), { recursive: true, mode: 0o700 })
  const cgroupsPath = executor.cgroups?.pathOf(launch.name)
  const config = ociConfig({ ...launch, uid, arch, cgroupsPath, root: join(bundle, 'root') })
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(config), { mode: 0o600 })

  const child = spawn(
    executor.tools.setpriv,
    stages(executor, {
      ...{ bundle, root, name: launch.name },
      mounted: withVolumes(launch.volumes, uid),
    }),
    {
      cwd: '/',
      env: { [SANDBOX_MARK]: root },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const { promise: started, resolve: start } = Promise.withResolvers<Program | undefined>()
  let running: Program | undefined
  let complaint = ''
  let mayHaveRun = false
  let isRefused = false
  child.stdout.on('data', output)
  child.stderr.on('data', (chunk: Buffer) => {
    if (!mayHaveRun) complaint = (complaint + chunk.toString()).slice(-STDERR_KEPT_BYTES)
    output(chunk)
  })
  // The runtime writes its number just before the program may run; a short one may be over by now.
  const watcher = watch(bundle, () => {
    const inner = readPid(bundle)
    if (inner === undefined || mayHaveRun) return
    mayHaveRun = true
    const pid = child.pid && findOnHost(child.pid, inner)
    if (!pid) return
    try {
      running = { pid, network: openNetwork(pid, pid) }
      start(running)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      complaint = (error as Error).message
      isRefused = true
      child.kill('SIGKILL')
    }
  })

  const exited = new Promise<Exit>((resolve) => {
    let spawnError: Error | undefined
    child.on('error', (error) => (spawnError ??= error))
    child.on('close', (code, signal) => {
      mayHaveRun ||= readPid(bundle) !== undefined
      watcher.close()
      start(undefined)
      running?.network.close()
      rmSync(bundle, { recursive: true, force: true })
      executor.cgroups?.remove(launch.name)
      if (mayHaveRun && !isRefused) return resolve({ type: 'exited', code: codeOf(code, signal) })
      const why = complaint.trim() || spawnError?.message || `it ended with ${signal ?? code}`
      resolve({ type: 'failed', error: `the sandbox did not start: ${why}` })
    })
  })
  const stop = createStop({ child, started, exited, pid: () => running?.pid })
  return { started, exited, stop }
}

/**
 * The stages around the runtime. It runs as the first process of a process namespace that ends with
 * the agent, and with it the container, which no death of the runtime alone would reach; and in a
 * mount namespace, in which the workload's root is bound into the bundle. crun takes a host whose
 * control groups are of both versions for one of version 2, unless that one is out of its sight.
 */
function stages(
  { name: runtimeName, runtime, tools, cgroups }: OciOptions,
  {
    bundle,
    root,
    name,
    mounted,
  }: { bundle: string; root: string; name: string; mounted: string[] },
): string[] {
  const hidden = runtimeName === 'crun' ? cgroups?.secondary : undefined
  const script =
    '"$1" --rbind "$2" "$3/root" || exit; [ -z "$5" ] || "$4" -l "$5" || exit; shift 5; exec "$@"'
  const run = [
    ...[runtime, '--root', join(bundle, 'state')],
    ...(runtimeName === 'crun' && !cgroups ? ['--cgroup-manager=disabled'] : []),
    ...['run', '--bundle', bundle, '--pid-file', join(bundle, PID_FILE), name],
  ]
  return [
    ...['--pdeathsig', 'KILL', '--', ...mounted, tools.unshare],
    ...['--mount', '--pid', '--fork', '--kill-child=KILL', '--mount-proc', '--'],
    ...['/bin/sh', '-c', script, 'sh', tools.mount, root, bundle, tools.umount, hidden ?? ''],
    ...run,
  ]
}

/** The program's number in the namespace of the runtime; undefined before it is written whole. */
function readPid(bundle: string): number | undefined {
  try {
    return Number(readFileSync(join(bundle, PID_FILE), 'utf8')) || undefined
  } catch {
    return undefined
  }
}

/** The host's number of the runtime's child that is `inner` in the runtime's namespace. */
function findOnHost(unshare: number, inner: number): number | undefined {
  return processesOf(unshare)
    .flatMap(processesOf)
    .find((pid) => readStatusField(pid, 'NSpid').split(/\s+/).at(-2) === String(inner))
}
