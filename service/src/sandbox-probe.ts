import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * What every sandbox of a workload is started with. The probe runs with exactly these, so what it
 * proves is what the executor relies on; the executor adds mounts, identity and limits.
 */
export const ISOLATION: readonly string[] = [
  '--unshare-all',
  '--unshare-user', // `--unshare-all` alone goes on without user namespaces where they are refused
  '--disable-userns',
  '--die-with-parent',
  '--new-session',
  '--as-pid-1',
  '--cap-drop',
  'ALL',
]

export type SandboxProbe =
  | { works: true; bwrap: string; version: string }
  | {
      works: false
      why: 'missing' | 'refused'
      /** One sentence: what was tried and what the host answered. */
      message: string
      /** The one command (or setting) that helps. */
      remedy: string
    }

export type ProbeOptions = {
  /** Where `bwrap` is looked for. @default process.env.PATH */
  path?: string
  /** The host uid that the sandbox is started from when this process is root. @default 65534 */
  uid?: number
}

/** Starts a trivial program in a real sandbox on this host and says whether that works. Never throws. */
export async function probeSandbox({
  path = process.env['PATH'] ?? '',
  uid = 65534,
}: ProbeOptions = {}): Promise<SandboxProbe> {
  const bwrap = findOnPath('bwrap', path)
  if (bwrap === undefined) {
    return {
      works: false,
      why: 'missing',
      message: 'bubblewrap is not installed: no bwrap on PATH',
      remedy: installCommand('bubblewrap'),
    }
  }
  const version = await run([bwrap, '--version'])
  // Root gives up its identity first, as the executor does, or the host's limits on plain users
  // would go unnoticed here and bite there.
  const asNobody =
    process.getuid?.() === 0
      ? ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--no-new-privs', '--']
      : []
  const sandbox = [bwrap, ...ISOLATION, '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev']
  const attempt = await run([...asNobody, ...sandbox, '--', '/bin/true'])
  if (attempt.code === 0) {
    return { works: true, bwrap, version: version.output.replace(/^bubblewrap /, '') }
  }
  return {
    works: false,
    why: 'refused',
    message: `this host does not let bubblewrap start a sandbox: ${attempt.output || 'no reason given'}`,
    remedy: refusalRemedy(bwrap, attempt.output),
  }
}

/** The command that installs a package with this host's package manager. */
export function installCommand(
  name: string,
  osRelease = readSetting('/etc/os-release') ?? '',
): string {
  const ids = [...osRelease.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap((match) =>
    (match[1] ?? '').split(' '),
  )
  const manager = ids.map((id) => INSTALLERS[id]).find((command) => command !== undefined)
  return `sudo ${manager ?? 'apt-get install -y'} ${name}`
}

const INSTALLERS: Record<string, string> = {
  debian: 'apt-get install -y',
  ubuntu: 'apt-get install -y',
  fedora: 'dnf install -y',
  rhel: 'dnf install -y',
  arch: 'pacman -S --noconfirm',
  alpine: 'apk add',
  suse: 'zypper install -y',
}

/** Where a program is on a search path; undefined when nowhere. */
export function findOnPath(program: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

type ReadSetting = (file: string) => string | undefined

/**
 * What helps where user namespaces are refused. Asked in the order in which kernels ask:
 * 1. the switch of Debian's kernels; 2. the count; 3. Ubuntu's AppArmor restriction;
 * 4. a container whose seccomp or masked paths stand in the way; 5. a bwrap without our flags.
 */
export function refusalRemedy(
  bwrap: string,
  output: string,
  read: ReadSetting = readSetting,
): string {
  if (read('/proc/sys/kernel/unprivileged_userns_clone') === '0') {
    return 'sudo sysctl -w kernel.unprivileged_userns_clone=1'
  }
  if (read('/proc/sys/user/max_user_namespaces') === '0') {
    return 'sudo sysctl -w user.max_user_namespaces=16384'
  }
  if (read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1') {
    return (
      `printf 'abi <abi/4.0>,\\nprofile bwrap ${bwrap} flags=(unconfined) {\\n  userns,\\n}\\n' | ` +
      'sudo tee /etc/apparmor.d/bwrap && sudo apparmor_parser -r /etc/apparmor.d/bwrap'
    )
  }
  if (/unknown option/i.test(output)) return `${installCommand('bubblewrap')} (0.8 or newer)`
  return (
    'start the container that this runs in with --security-opt seccomp=unconfined ' +
    '--security-opt apparmor=unconfined --security-opt systempaths=unconfined'
  )
}

function readSetting(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

function run(argv: string[]): Promise<{ code: number; output: string }> {
  const [program = '', ...args] = argv
  return new Promise((resolve) => {
    execFile(program, args, { cwd: '/', timeout: 10_000 }, (error, stdout, stderr) => {
      const said = `${stderr}${stdout}`.trim().split('\n')[0] ?? ''
      resolve({ code: error === null ? 0 : 1, output: said || (error?.message ?? '') })
    })
  })
}
