import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chown, lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Binaries } from './binaries.ts'

const run = promisify(execFile)

/**
 * How PostgreSQL's programs are started, which refuse to run as root:
 *
 * - `self`: by a plain user, as that user.
 * - `namespace`: by root, in a user namespace in which root has another number. Nothing of it shows outside.
 * - `account`: by root, as another account that may still pass through folders of mode 0700. For hosts that refuse user
 *   namespaces (containers often do), and for data that belongs to another account already.
 */
export type Launcher = { kind: 'self' } | { kind: 'namespace' } | ({ kind: 'account' } & Account)

type Account = { uid: number; gid: number }

/** The account `nobody`, which every distribution has: initdb wants its number to have a name. */
const NOBODY = 65_534
const AS_NOBODY: Launcher = { kind: 'account', uid: NOBODY, gid: NOBODY }

/** Chooses how to run `binaries` on the existing folder `data`, by trying; where need be, gives the data to the account. */
export async function chooseLauncher(binaries: Binaries, data: string): Promise<Launcher> {
  if (process.geteuid?.() !== 0) return { kind: 'self' }
  const { uid, gid } = await lstat(data)
  const candidates: Launcher[] =
    uid === 0 ? [{ kind: 'namespace' }, AS_NOBODY] : [{ kind: 'account', uid, gid }]

  const refusals: string[] = []
  for (const launcher of candidates) {
    if (launcher.kind === 'account') await giveTo(data, launcher)
    const refusal = await probe(launcher, binaries, data)
    if (refusal === undefined) return launcher
    refusals.push(`${launcher.kind}: ${refusal}`)
  }
  throw new Error(
    `PostgreSQL does not run as root, and this host lets root neither make a user namespace nor change its account (${refusals.join('; ')}); run as a plain user, or name a PostgreSQL of your own: DATABASE_URL=postgresql://…`,
  )
}

export type LaunchOptions = {
  /** What the kernel sends to the program when this process dies. */
  onParentDeath: 'SIGINT' | 'SIGKILL'
}

/** Starts `program` in a session of its own, so that Ctrl-C in a terminal reaches it only through its parent. */
export function launch(
  launcher: Launcher,
  program: string,
  args: string[],
  { onParentDeath }: LaunchOptions,
): ChildProcess {
  const [command, ...rest] = commandLine(launcher, onParentDeath, [program, ...args])
  return spawn(command, rest, {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    // Nothing of the caller's environment (PGDATA, PGOPTIONS, LC_ALL…) may change what happens.
    env: { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' },
  })
}

function commandLine(
  launcher: Launcher,
  onParentDeath: string,
  command: string[],
): [string, ...string[]] {
  const bound = `--pdeathsig=${onParentDeath.slice('SIG'.length)}`
  if (launcher.kind === 'self') return ['setpriv', bound, ...command]
  if (launcher.kind === 'namespace') {
    const asOther = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`]
    return ['unshare', ...asOther, 'setpriv', bound, ...command]
  }
  const account = [`--reuid=${launcher.uid}`, `--regid=${launcher.gid}`, '--clear-groups']
  // access(2), by which PostgreSQL looks at its own program, heeds the capability of another account than root only
  // with this bit (capabilities(7), SECBIT_NO_SETUID_FIXUP).
  const heeded = '--securebits=+no_setuid_fixup'
  const passing = [heeded, '--inh-caps=+dac_override', '--ambient-caps=+dac_override']
  return ['setpriv', ...account, ...passing, bound, ...command]
}

/** Why the launcher does not work here, or undefined when it does: it must run the program and write to the folder. */
async function probe(
  launcher: Launcher,
  { postgres }: Binaries,
  data: string,
): Promise<string | undefined> {
  const test = [
    'sh',
    '-c',
    '"$0" --version >/dev/null && test -w "$1" && test -x "$1"',
    postgres,
    data,
  ]
  const [command, ...args] = commandLine(launcher, 'SIGKILL', test)
  try {
    await run(command, args)
    return undefined
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    return (stderr || message).trim()
  }
}

/** Changes the owner of a folder and of all that is in it, where it is not the owner yet. */
async function giveTo(folder: string, account: Account): Promise<void> {
  if ((await lstat(folder)).uid === account.uid) return
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const entry = await lstat(path)
    if (entry.isDirectory()) await giveTo(path, account)
    else if (!entry.isSymbolicLink()) await chown(path, account.uid, account.gid)
  }
  // The folder itself comes last: its owner says that all of it is done.
  await chown(folder, account.uid, account.gid)
}
