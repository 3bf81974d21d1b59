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
import { dirname, join, relative } from 'node:path'
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
/** In version 2 processes are in leaves alone: the one beneath `OURS` in which the agent is itself. */
const AGENT = 'agent'

type Setting = readonly [file: string, value: (limits: Limits) => string]
type Hierarchy = {
  /** Where it is mounted. */
  mount: string
  /** The group beneath which `OURS` is. */
  folder: string
  settings: readonly Setting[]
}

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
const UNIFIED_CONTROLLERS = ['memory', 'cpu', 'pids']

/**
 * The control groups that this process may make beneath a group `covenant`: one hierarchy (version 2)
 * or one for each of memory, cpu and pids (version 1). Undefined unless all three are to be had.
 *
 * Of version 2 it is beneath the group that this process was started in, which a service manager has
 * delegated to it or a container is in; and for root, where that one does not offer all three, at the
 * top. This process and all others of that group move into a leaf, `covenant/agent`: the kernel lets no
 * group have both processes and limited groups.
 */
export function findCgroups(
  mounts = readFileSync('/proc/self/mountinfo', 'utf8'),
  own = readFileSync('/proc/self/cgroup', 'utf8'),
): Cgroups | undefined {
  const all = parseMounts(mounts)
  const hierarchies = findVersion1(all) ?? findUnified(all, own)
  if (!hierarchies) return undefined
  const [first] = hierarchies as [Hierarchy]
  const isUnified = hierarchies.length === 1
  // Runtimes make one in every hierarchy that there is.
  const folders = isUnified
    ? [join(first.folder, OURS)]
    : all.map(({ folder }) => join(folder, OURS))
  return {
    create: (name, limits) => createCgroup(hierarchies, name, limits),
    pathOf: (name) => join('/', relative(first.mount, first.folder), OURS, name),
    remove: (name) => removeFolders(folders.map((folder) => join(folder, name))),
    secondary: isUnified ? undefined : all.find(({ type }) => type === 'cgroup2')?.folder,
    clear: (prefix) => {
      for (const folder of folders) {
        if (!existsSync(folder)) continue
        const old = readdirSync(folder).filter((name) => name.startsWith(prefix))
        removeFolders(old.map((name) => join(folder, name)))
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

type Mount = {
  folder: string
  /** The group that is seen there. */
  root: string
  type: string
  options: string[]
}

/** Those of control groups, of /proc/self/mountinfo. */
function parseMounts(mounts: string): Mount[] {
  return mounts
    .trim()
    .split('\n')
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ')
      const [, , , root = '', folder = ''] = before.split(' ')
      const [type = '', , options = ''] = after.split(' ')
      return { folder, root, type, options: options.split(',') }
    })
    .filter(({ type }) => type === 'cgroup' || type === 'cgroup2')
}

function findVersion1(found: readonly Mount[]): Hierarchy[] | undefined {
  const hierarchies: Hierarchy[] = []
  for (const [controller, settings] of [
    ['memory', MEMORY_V1],
    ['cpu', CPU_V1],
    ['pids', PIDS],
  ] as const) {
    const mount = found.find(
      ({ type, options }) => type === 'cgroup' && options.includes(controller),
    )
    if (!mount) return undefined
    hierarchies.push({ mount: mount.folder, folder: mount.folder, settings })
  }
  try {
    for (const { folder } of hierarchies) {
      mkdirSync(join(folder, OURS), { recursive: true })
      accessSync(join(folder, OURS), constants.W_OK)
    }
  } catch {
    return undefined
  }
  return hierarchies
}

function findUnified(found: readonly Mount[], own: string): Hierarchy[] | undefined {
  const path = /^0::(.*)$/m.exec(own)?.[1]
  const mount = found.find(
    ({ type, root }) => type === 'cgroup2' && path !== undefined && isWithin(root, path),
  )
  if (!mount || path === undefined) return undefined
  const ownFolder = join(mount.folder, relative(mount.root, path))
  // An agent before, or what started this one beside it, may have moved it already.
  const isLeaf = ownFolder.endsWith(`/${OURS}/${AGENT}`)
  const base = isLeaf ? dirname(dirname(ownFolder)) : ownFolder
  const folder = [base, mount.folder].find(takeUnified)
  return folder === undefined ? undefined : [{ mount: mount.folder, folder, settings: UNIFIED }]
}

function isWithin(root: string, path: string): boolean {
  return !relative(root, path).startsWith('..')
}

/** Whether groups with limits can be made beneath this one, which is then made ready for them. */
function takeUnified(folder: string): boolean {
  const ours = join(folder, OURS)
  try {
    const offered = readFileSync(join(folder, 'cgroup.controllers'), 'utf8').trim().split(' ')
    if (!UNIFIED_CONTROLLERS.every((controller) => offered.includes(controller))) return false
    mkdirSync(ours, { recursive: true })
    // The topmost group of a host, which has no type, may have processes as well.
    if (existsSync(join(folder, 'cgroup.type'))) moveProcesses(folder, join(ours, AGENT))
    for (const group of [folder, ours]) {
      const enable = UNIFIED_CONTROLLERS.map((controller) => `+${controller}`).join(' ')
      writeFileSync(join(group, 'cgroup.subtree_control'), enable)
    }
    // What is swapped out is not counted as memory.
    const swap = join(ours, 'memory.swap.max')
    if (existsSync(swap)) writeFileSync(swap, '0')
    return true
  } catch {
    return false
  }
}

/** Some may be started while others move: it is tried more than once. */
const MOVES = 10

function moveProcesses(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (let move = 0; move < MOVES; move++) {
    const pids = readFileSync(join(from, 'cgroup.procs'), 'utf8').trim()
    if (pids === '') return
    for (const pid of pids.split('\n')) {
      // Who is in another process namespace has no number here, and 0 would be this process.
      if (pid !== '0') moveProcess(pid, to)
    }
  }
}

function moveProcess(pid: string, to: string): void {
  try {
    writeFileSync(join(to, 'cgroup.procs'), pid)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
