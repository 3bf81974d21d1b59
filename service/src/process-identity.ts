import { readFileSync } from 'node:fs'

/** A process that cannot be confused with a later one of the same id: its id and its start time. */
export type ProcessIdentity = { pid: number; startTime: string }

/** The identity of the process with this id, or undefined where none lives (a zombie does not). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  // proc(5): the command, in brackets, may hold anything; the fields after it are plain. Field 3 is
  // the state, field 22 the start in clock ticks since boot.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, startTime] = [fields[0], fields[19]]
  if (state === undefined || startTime === undefined || state === 'Z' || state === 'X') {
    return undefined
  }
  return { pid, startTime }
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startTime === identity.startTime
}
