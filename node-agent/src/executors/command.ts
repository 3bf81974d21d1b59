import { join } from 'node:path'
import { ISOLATION } from '@covenant/service/sandbox-probe'
import type { SandboxSpec } from './executor.ts'
import type { CheckTools, SandboxTools } from './tools.ts'
import { VOLUME_FOLDER, withVolumes } from './volume-mounts.ts'

/** Numbers of the pipes between the agent and the two bubblewraps. */
export const SANDBOX_FDS = { args: 3, seccomp: 4, status: 5, block: 6, outerStatus: 7 } as const

/** Where the outer stage shows the workload's root to the inner one. */
const STAGED_ROOT = '/tmp/root'
const stagedVolume = (index: number) => `/tmp/volume-${index}`

/**
 * The command line of a workload, and what it reads from its `args` pipe. Two stages, in a namespace
 * in which its volumes are mounted, where it has any:
 *
 * 1. The outer bubblewrap, with the agent's rights, binds the workload's root where any uid can reach
 *    it (the data folder may be closed to all but root). Its process namespace ties all that follows
 *    to the agent's life: the signal of a parent's death does not reach a process of another uid, the
 *    end of a namespace does. For a plain user it also opens a user namespace, in which the kernel
 *    counts this workload's processes apart from the user's others.
 * 2. Between the stages root's rights are given up for the workload's uid, and limits are set.
 * 3. The inner bubblewrap isolates; the program is its first process, so nothing of this command line
 *    can be read within. Mounts and environment come over a pipe: nobody on the host reads them.
 */
export function sandboxCommand(
  tools: SandboxTools,
  spec: SandboxSpec,
): { argv: string[]; args: Buffer } {
  const { root, uid, limits, command, volumes } = spec
  const mounted = volumes?.list ?? []
  const outer = [
    ...withVolumes(volumes, uid),
    tools.bwrap,
    ...['--die-with-parent', '--unshare-pid', '--json-status-fd', String(SANDBOX_FDS.outerStatus)],
    ...(uid === undefined ? ['--unshare-user'] : []),
    ...['--dev-bind', '/', '/', '--tmpfs', '/tmp', '--ro-bind', root, STAGED_ROOT],
    ...mounted.flatMap(({ staging }, index) => [
      ...['--bind', join(staging, VOLUME_FOLDER), stagedVolume(index)],
    ]),
    '--',
  ]
  const giveUpRoot = uid === undefined ? [] : withoutRights(tools, uid)
  const setLimits = [
    tools.prlimit,
    `--data=${limits.memoryBytes}`,
    `--nproc=${limits.processes}`,
    `--fsize=${limits.fileBytes}`,
    `--nofile=${limits.openFiles}`,
    '--core=0',
    '--',
  ]
  const inner = [
    ...[tools.bwrap, '--args', String(SANDBOX_FDS.args)],
    ...['--seccomp', String(SANDBOX_FDS.seccomp)],
    ...['--json-status-fd', String(SANDBOX_FDS.status)],
    ...['--block-fd', String(SANDBOX_FDS.block)],
    '--',
    ...command,
  ]
  return {
    argv: [...outer, ...giveUpRoot, ...setLimits, ...inner],
    args: Buffer.from(
      innerArguments(spec)
        .map((argument) => `${argument}\0`)
        .join(''),
    ),
  }
}

/** What a command of root's is preceded by to run as `uid`, with no rights and no way to any. */
export function withoutRights({ setpriv }: CheckTools, uid: number): string[] {
  return [
    setpriv,
    ...[`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--no-new-privs'],
    ...['--bounding-set=-all', '--inh-caps=-all', '--'],
  ]
}

function innerArguments({ hostname, env, limits, volumes }: SandboxSpec): string[] {
  return [
    ...ISOLATION,
    ...['--uid', '65534', '--gid', '65534', '--hostname', hostname],
    ...['--ro-bind', STAGED_ROOT, '/'],
    ...['--proc', '/proc', '--dev', '/dev'],
    ...['--size', String(limits.shmBytes), '--perms', '1777', '--tmpfs', '/dev/shm'],
    // All of /dev but its devices; without a size of its own it could be filled without bound.
    ...['--remount-ro', '/dev'],
    ...['--size', String(limits.tmpBytes), '--perms', '1777', '--tmpfs', '/tmp'],
    ...(volumes?.list ?? []).flatMap(({ mountPath }, index) => [
      ...['--bind', stagedVolume(index), mountPath],
    ]),
    ...['--chdir', '/', '--clearenv'],
    ...Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]),
  ]
}
