import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Limits } from './limits.ts'

/** A control group that holds the totals of one workload. */
export type Cgroup = {
  /** Moves a process into it; what it starts from then on is in it too. */
  add(pid: number): void
  /** Removes it, once nothing runs in it. */
  remove(): void
}

export type Cgroups = {
  /** An empty group with these limits, named `name`. Throws where the host does not allow it. */
  create(name: string, limits: Limits): Cgroup
  /** Where a group of this name is for an OCI runtime, which makes it itself. */
  pathOf(name: string): string
  /** Removes what a runtime made of that name and could not remove. */
  remove(name: string): void
  /** The hierarchy of version 2 on a host whose controllers are those of version 1. */
  secondary: string | undefined
  /** Removes the empty groups whose names begin so: those of an agent killed without warning. */
  clear(prefix: string): void
}

/** What the names of all groups of one agent begin with. */
export function cgroupPrefix(agent: string): string {
  return `${agent.slice(0, 12)}.`
}

/** The group beneath which all of ours are. */
const OURS = 'covenant'

type Setting = readonly [file: string, value: (limits: Limits) => string]
type Hierarchy = { folder: string; settings: readonly Setting[] }

const PERIOD_US = 100_000
const quota = ({ cpuMillis }: Limits) => Math.max(1000, (cpuMillis * PERIOD_US) / 1000)

/** Memory that tmpfs files take is the workload's as well. */
const MEMORY_V1: Setting[] = [['memory.limit_in_bytes', ({ memoryBytes }) => String(memoryBytes)]]
const CPU_V1: Setting[] = [
  ['cpu.cfs_period_us', () => String(PERIOD_US)],
  ['cpu.cfs_quota_us', (limits) => String(quota(limits))],
]
const PIDS: Setting[] = [['pids.max', ({ processes }) => String(processes)]]
const UNIFIED: Setting[] = [
  ['memory.max', ({ memoryBytes }) => String(memoryBytes)],
  ['cpu.max', (limits) => `${quota(limits)} ${PERIOD_US}`],
  ...PIDS,
]

/**
 * The control groups that this process may make beneath `covenant/`: one hierarchy (version 2) or one
 * for each of memory, cpu and pids (version 1). Undefined unless all three are to be had.
 */
export function findCgroups(
  mounts = readFileSync('/proc/self/mounts', 'utf8'),
): Cgroups | undefined {
  const all = parseMounts(mounts)
  const hierarchies = findHierarchies(all)
  if (!hierarchies) return undefined
  try {
    for (const { folder } of hierarchies) {
      mkdirSync(join(folder, OURS), { recursive: true })
      accessSync(join(folder, OURS), constants.W_OK)
    }
    if (hierarchies.length === 1) delegateUnified(hierarchies[0]?.folder ?? '')
  } catch {
    return undefined
  }
  return {
    create: (name, limits) => createCgroup(hierarchies, name, limits),
    pathOf: (name) => `/${OURS}/${name}`,
    // Runtimes make one in every hierarchy that there is.
    remove: (name) => removeFolders(all.map(({ folder }) => join(folder, OURS, name))),
    secondary:
      hierarchies.length > 1 ? all.find(({ type }) => type === 'cgroup2')?.folder : undefined,
    clear: (prefix) => {
      for (const { folder } of all) {
        const ours = join(folder, OURS)
        if (!existsSync(ours)) continue
        const old = readdirSync(ours).filter((name) => name.startsWith(prefix))
        removeFolders(old.map((name) => join(ours, name)))
      }
    },
  }
}

function createCgroup(hierarchies: readonly Hierarchy[], name: string, limits: Limits): Cgroup {
  const folders = hierarchies.map(({ folder }) => join(folder, OURS, name))
  const remove = () => removeFolders(folders)
  try {
    for (const [index, { settings }] of hierarchies.entries()) {
      const folder = folders[index] as string
      mkdirSync(folder, { recursive: true })
      for (const [file, value] of settings) writeFileSync(join(folder, file), value(limits))
    }
  } catch (error) {
    remove()
    throw error
  }
  return {
    add: (pid) => {
      for (const folder of folders) writeFileSync(join(folder, 'cgroup.procs'), String(pid))
    },
    remove,
  }
}

function removeFolders(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder)
    } catch {
      // It was never made, or the kernel is still taking its last process out: `create` reuses it.
    }
  }
}

type Mount = { folder: string; type: string; options: string[] }

/** Those of control groups. */
function parseMounts(mounts: string): Mount[] {
  return mounts
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([, folder = '', type = '', options = '']) => ({
      ...{ folder, type, options: options.split(',') },
    }))
    .filter(({ type }) => type === 'cgroup' || type === 'cgroup2')
}

function findHierarchies(found: readonly Mount[]): Hierarchy[] | undefined {
  const version1 = (controller: string, settings: Setting[]) => {
    const mount = found.find(
      ({ type, options }) => type === 'cgroup' && options.includes(controller),
    )
    return mount ? { folder: mount.folder, settings } : undefined
  }
  const separate = [
    version1('memory', MEMORY_V1),
    version1('cpu', CPU_V1),
    version1('pids', PIDS),
  ].filter((hierarchy) => hierarchy !== undefined)
  if (separate.length === 3) return separate
  const unified = found.find(({ type }) => type === 'cgroup2')
  return unified ? [{ folder: unified.folder, settings: UNIFIED }] : undefined
}

/** In version 2 a group offers its children only those controllers that it was told to. */
function delegateUnified(folder: string): void {
  for (const group of [folder, join(folder, OURS)]) {
    writeFileSync(join(group, 'cgroup.subtree_control'), '+memory +cpu +pids')
  }
}
