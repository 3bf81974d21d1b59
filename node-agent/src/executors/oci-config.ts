import { join } from 'node:path'
import type { SandboxSpec } from './executor.ts'
import { ociSeccomp } from './oci-seccomp.ts'
import type { SeccompArch } from './seccomp.ts'
import { VOLUME_FOLDER } from './volume-mounts.ts'

export type OciConfigOptions = Omit<SandboxSpec, 'root' | 'uid'> & {
  /** Where the root is bound for the runtime to find. */
  root: string
  uid: number
  arch: SeccompArch
  /** Undefined where the host gives no control groups. */
  cgroupsPath: string | undefined
}

/** What the kernel tells of the host in /proc, beyond what a workload is to know or to change. */
const MASKED = [
  'acpi',
  'asound',
  'kcore',
  'keys',
  'latency_stats',
  'sched_debug',
  'scsi',
  'timer_list',
]
const READ_ONLY = ['bus', 'fs', 'irq', 'sys', 'sysrq-trigger']
const PERIOD_US = 100_000

/** The config.json of a workload, for every runtime that speaks the OCI's (1.0.2). */
export function ociConfig(options: OciConfigOptions) {
  const { root, uid, hostname, command, env, limits, volumes, arch, cgroupsPath } = options
  const rlimit = (type: string, value: number) => ({ type, hard: value, soft: value })
  const memory = (destination: string, size: number) => ({
    destination,
    type: 'tmpfs',
    source: 'tmpfs',
    // runc leaves the mode of the image's folder, whose owner the workload has to be then.
    options: ['nosuid', 'nodev', 'mode=1777', `uid=${uid}`, `gid=${uid}`, `size=${size}`],
  })
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid, gid: uid },
      args: command,
      env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      cwd: '/',
      capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
      rlimits: [
        // Where the total is held it would bound runc itself on its way to the program, and it falls.
        ...(cgroupsPath === undefined ? [rlimit('RLIMIT_DATA', limits.memoryBytes)] : []),
        rlimit('RLIMIT_NPROC', limits.processes),
        rlimit('RLIMIT_FSIZE', limits.fileBytes),
        rlimit('RLIMIT_NOFILE', limits.openFiles),
        rlimit('RLIMIT_CORE', 0),
      ],
      noNewPrivileges: true,
    },
    root: { path: root, readonly: true },
    hostname,
    mounts: [
      {
        destination: '/proc',
        type: 'proc',
        source: 'proc',
        options: ['nosuid', 'noexec', 'nodev'],
      },
      {
        destination: '/dev',
        type: 'tmpfs',
        source: 'tmpfs',
        // Nobody but its owner, root, can write there; the workload is somebody else.
        options: ['nosuid', 'noexec', 'mode=755', 'size=65536'],
      },
      {
        destination: '/dev/pts',
        type: 'devpts',
        source: 'devpts',
        options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'],
      },
      memory('/dev/shm', limits.shmBytes),
      memory('/tmp', limits.tmpBytes),
      ...(volumes?.list ?? []).map(({ staging, mountPath }) => ({
        destination: mountPath,
        type: 'bind',
        source: join(staging, VOLUME_FOLDER),
        options: ['bind', 'rw', 'nosuid', 'nodev', 'noexec'],
      })),
    ],
    linux: {
      namespaces: ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type })),
      maskedPaths: MASKED.map((name) => `/proc/${name}`),
      readonlyPaths: READ_ONLY.map((name) => `/proc/${name}`),
      seccomp: ociSeccomp(arch),
      ...(cgroupsPath === undefined
        ? {}
        : {
            cgroupsPath,
            resources: {
              memory: { limit: limits.memoryBytes },
              cpu: {
                quota: Math.max(1000, (limits.cpuMillis * PERIOD_US) / 1000),
                period: PERIOD_US,
              },
              pids: { limit: limits.processes },
              devices: [{ allow: false, access: 'rwm' }],
            },
          }),
    },
  }
}
