import { findOnPath } from '@covenant/service/sandbox-probe'

/** The package that each program of the host comes with, under nearly the same name everywhere. */
export const TOOL_PACKAGES = {
  bwrap: 'bubblewrap',
  chown: 'coreutils',
  crun: 'crun',
  e2fsck: 'e2fsprogs',
  fallocate: 'util-linux',
  find: 'findutils',
  'mkfs.ext4': 'e2fsprogs',
  mount: 'mount',
  nsenter: 'util-linux',
  prlimit: 'util-linux',
  resize2fs: 'e2fsprogs',
  runc: 'runc',
  setpriv: 'util-linux',
  umount: 'mount',
  unshare: 'util-linux',
} as const

export type Tool = keyof typeof TOOL_PACKAGES

/** What a health check is made with. */
export type CheckTools = Record<'nsenter' | 'setpriv', string>

const BUBBLEWRAP_TOOLS = ['bwrap', 'nsenter', 'prlimit', 'setpriv'] as const
/** The programs that bubblewrap's sandboxes are made with, as absolute paths. */
export type SandboxTools = Record<(typeof BUBBLEWRAP_TOOLS)[number], string>

export const OCI_TOOLS = ['mount', 'nsenter', 'setpriv', 'umount', 'unshare'] as const
/** What surrounds an OCI runtime, as absolute paths. */
export type OciTools = Record<(typeof OCI_TOOLS)[number], string>

const VOLUME_TOOLS = [
  ...['chown', 'find', 'mount', 'unshare'],
  ...['e2fsck', 'fallocate', 'mkfs.ext4', 'resize2fs'],
] as const
/** What volumes are made, checked and mounted with, as absolute paths. */
export type VolumeTools = Record<(typeof VOLUME_TOOLS)[number], string>
export type VolumeMountTools = Pick<VolumeTools, 'chown' | 'find' | 'mount' | 'unshare'>

/** Answers the name of the first that is missing. */
export function findVolumeTools(path: string): VolumeTools | { missing: Tool } {
  return findAll(path, VOLUME_TOOLS)
}

/** Finds the programs that sandboxes are made with; answers the name of the first that is missing. */
export function findTools(path: string): SandboxTools | { missing: Tool } {
  return findAll(path, BUBBLEWRAP_TOOLS)
}

export function findAll<Name extends Tool>(
  path: string,
  names: readonly Name[],
): Record<Name, string> | { missing: Name } {
  const tools: Partial<Record<Name, string>> = {}
  for (const name of names) {
    const found = findOnPath(name, path)
    if (found === undefined) return { missing: name }
    tools[name] = found
  }
  return tools as Record<Name, string>
}
