import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { identifyProcess, isAlive, type ProcessIdentity } from '@covenant/service/process-identity'

const POLL_MS = 50
const GRACE_MS = 15_000

export type Processes = {
  /** Remembers a process that was started, until it is forgotten. */
  remember(name: string, pid: number): void
  forget(pid: number): void
}

/**
 * The list of running processes in `file`, kept for the next supervisor: one that was killed
 * without warning could not stop them itself.
 */
export function recordProcesses(file: string): Processes {
  const running = new Map<number, ProcessIdentity & { name: string }>()
  const save = () => {
    writeFileSync(`${file}.new`, JSON.stringify([...running.values()], null, 2))
    renameSync(`${file}.new`, file)
  }
  return {
    remember: (name, pid) => {
      const identity = identifyProcess(pid)
      if (identity) running.set(pid, { name, ...identity })
      save()
    },
    forget: (pid) => {
      running.delete(pid)
      if (running.size === 0) rmSync(file, { force: true })
      else save()
    },
  }
}

/**
 * Ends the processes that an earlier supervisor left in `file`: asks first, and kills what has not
 * gone after 15 s. Returns their names.
 */
export async function endLeftovers(file: string): Promise<string[]> {
  if (!existsSync(file)) return []
  const left = (
    JSON.parse(readFileSync(file, 'utf8')) as (ProcessIdentity & { name: string })[]
  ).filter(isAlive)
  for (const { pid } of left) signal(pid, 'SIGTERM')
  const deadline = Date.now() + GRACE_MS
  while (left.some(isAlive)) {
    if (Date.now() > deadline) for (const { pid } of left.filter(isAlive)) signal(pid, 'SIGKILL')
    await delay(POLL_MS)
  }
  rmSync(file, { force: true })
  return left.map(({ name }) => name)
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended between the look and the signal.
  }
}
