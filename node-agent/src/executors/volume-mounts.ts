import type { VolumeMountTools } from './tools.ts'

/** A volume on this host: a file system in a file. */
export type MountedVolume = {
  /** Holds an ext4 file system, in which the volume is the folder {@link VOLUME_FOLDER}. */
  file: string
  /** An empty folder of the host's, over which the file system is mounted for this workload alone. */
  staging: string
  /** Where the workload finds it; a folder of its root. */
  mountPath: string
}

/** All that a workload has, and what they are mounted with. */
export type SandboxVolumes = { list: readonly MountedVolume[]; tools: VolumeMountTools }

/** Beside `lost+found`, which no program expects in a folder that was given to it empty. */
export const VOLUME_FOLDER = 'data'

/**
 * Mounts each, for data and not for programs: what runs is what was approved. What is in it is handed
 * over to its uid, which is another where another contract left it: the folder itself last, so that
 * whoever is interrupted begins again.
 */
const SCRIPT = `
uid=$1 mount=$2 find=$3 chown=$4; shift 4
while [ "$1" != -- ]; do
  "$mount" -t ext4 -o loop,nosuid,nodev,noexec,noatime,errors=remount-ro "$1" "$2" || exit
  if [ -n "$("$find" "$2/${VOLUME_FOLDER}" -maxdepth 0 ! -uid "$uid")" ]; then
    "$find" "$2/${VOLUME_FOLDER}" -mindepth 1 -exec "$chown" -h "$uid:$uid" {} + || exit
    "$chown" "$uid:$uid" "$2/${VOLUME_FOLDER}" || exit
  fi
  shift 2
done
shift
exec "$@"
`

/**
 * What a command of root's is preceded by to see `volumes` mounted at their staging folders. They are
 * mounted in a namespace of the command's own, and so are gone with the last process that it leaves.
 */
export function withVolumes(
  volumes: SandboxVolumes | undefined,
  uid: number | undefined,
): string[] {
  if (volumes === undefined || volumes.list.length === 0) return []
  if (uid === undefined) throw new Error('volumes need an agent that is root')
  const { list, tools } = volumes
  return [
    ...[tools.unshare, '--mount', '--', '/bin/sh', '-c', SCRIPT, 'sh'],
    ...[String(uid), tools.mount, tools.find, tools.chown],
    ...list.flatMap(({ file, staging }) => [file, staging]),
    '--',
  ]
}
