import { readdirSync, readFileSync } from 'node:fs'

/** The processes that this one has started and that are there. */
export function processesOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && Number(readStatusField(pid, 'PPid')) === parent)
}

/** One field of a process; empty when it is gone. */
export function readStatusField(pid: number, field: string): string {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? ''
  } catch {
    return ''
  }
}
