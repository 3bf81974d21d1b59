import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** `host:port` in the kernel's hex of every TCP socket that `pid` or what it started listens on. */
export function listeningSockets(pid: number): string[] {
  return [pid, ...descendantsOf(pid)].flatMap(listenersOf)
}

export function descendantsOf(pid: number): number[] {
  const children = readdirSync('/proc')
    .map(Number)
    .filter((one) => Number.isInteger(one) && parentOf(one) === pid)
  return children.flatMap((child) => [child, ...descendantsOf(child)])
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1])
}

/** Each process's table is that of its own network namespace; its descriptors say which rows are its. */
function listenersOf(pid: number): string[] {
  const sockets = new Set(descriptorsOf(pid))
  return ['tcp', 'tcp6']
    .flatMap((table) => read(`/proc/${pid}/net/${table}`).split('\n').slice(1))
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , state, ...rest]) => state === '0A' && sockets.has(`socket:[${rest[5]}]`))
    .map(([, address = '']) => address)
}

function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)]
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}

/** Empty when the process is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
