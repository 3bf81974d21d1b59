import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { probeSandbox, type SandboxProbe } from '@covenant/service/sandbox-probe'

/**
 * Proves that this host can sandbox a workload. Where bubblewrap is missing and this is root on
 * Debian or Ubuntu, it is installed first, and `say` is told.
 */
export async function ensureSandbox(say: (sentence: string) => void): Promise<SandboxProbe> {
  const probe = await probeSandbox()
  if (probe.works || probe.why !== 'missing') return probe
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return probe
  say('bubblewrap is missing: installing it with apt-get')
  // Another package manager may be at work for a while: wait for its lock rather than fail.
  const apt = ['-o', 'DPkg::Lock::Timeout=600', '-qq']
  if (await run('apt-get', [...apt, 'update'])) {
    await run('apt-get', [...apt, 'install', '-y', '--no-install-recommends', 'bubblewrap'])
  }
  return probeSandbox()
}

/** Runs a command, its output on stderr; whether it succeeded. */
function run(command: string, args: string[]): Promise<boolean> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const child = spawn(command, args, { stdio: ['ignore', 2, 2], env })
  return new Promise((resolve) => {
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
}
