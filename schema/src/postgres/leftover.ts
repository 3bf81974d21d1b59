import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { identifyProcess, isAlive, type ProcessIdentity } from '@covenant/service/process-identity'

/** How long an orderly shutdown may take before it becomes an immediate one, which recovers at the next start. */
const PATIENCE_MS = 20_000

/**
 * Ends every PostgreSQL process that still works on `data`, left by a parent that was killed, and then removes the file
 * that would keep the next one from starting. Resolves when none is left; other programs are not touched.
 */
export async function endLeftover(data: string): Promise<void> {
  const pidFile = join(data, 'postmaster.pid')
  if (!existsSync(pidFile)) return
  const postmaster = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
  const leftovers = processesOn(realpathSync(data))
  const first = leftovers.find(({ pid }) => pid === postmaster)
  if (first) send(first, 'SIGINT')
  else for (const orphan of leftovers) send(orphan, 'SIGTERM')

  const patience = performance.now() + PATIENCE_MS
  while (leftovers.some(isAlive)) {
    if (performance.now() > patience) for (const one of leftovers) send(one, 'SIGQUIT')
    await wait(20)
  }
  // PostgreSQL trusts this file alone, and takes any process that has the number by now for its predecessor.
  rmSync(pidFile, { force: true })
}

/** PostgreSQL's processes are those named so whose working directory is the data folder. */
function processesOn(data: string): ProcessIdentity[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
  return pids.filter((pid) => worksOn(pid, data)).flatMap((pid) => identifyProcess(pid) ?? [])
}

function worksOn(pid: number, data: string): boolean {
  try {
    const isPostgres = readFileSync(`/proc/${pid}/comm`, 'utf8') === 'postgres\n'
    return isPostgres && readlinkSync(`/proc/${pid}/cwd`) === data
  } catch {
    // It has ended, or belongs to another account, which could not work on this folder.
    return false
  }
}

function send(to: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(to)) return
  try {
    process.kill(to.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
