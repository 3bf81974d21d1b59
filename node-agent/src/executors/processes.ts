import { readdirSync, readFileSync } from 'node:fs'

/**
 * The processes that this one has started and that are there. A host with many contracts has thousands
 * of processes: they are gone through only where the kernel does not list a process's own.
 */
export function processesOf(parent: number): number[] {
  try {
    return listedChildren(parent)
  } catch {
    return processesWithParent(parent)
  }
}

/** Throws where the kernel was built without such lists, or the process is gone. */
function listedChildren(parent: number): number[] {
  const threads = `/proc/${parent}/task`
  return readdirSync(threads).flatMap((thread) => {
    const children = readFileSync(`${threads}/${thread}/children`, 'utf8')
    return children.split(' ').filter(Boolean).map(Number)
  })
}

export function processesWithParent(parent: number): number[] {
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
