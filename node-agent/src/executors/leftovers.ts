import { closeSync, readdirSync, readFileSync } from 'node:fs'

/** The variable that every stage of a sandbox carries: the folder that is, or is to be, its root. */
export const SANDBOX_MARK = 'COVENANT_SANDBOX_ROOT'

/**
 * Kills the stages of sandboxes whose roots lie in `folder`: what an agent killed without warning had
 * begun and not yet tied to its own life. To be called by the one agent that holds the folder's lock,
 * before it starts any. Answers how many processes it killed.
 */
export function killLeftovers(folder: string): number {
  const mark = `${SANDBOX_MARK}=${folder}/`
  let killed = 0
  for (const pid of numbersIn('/proc')) {
    if (pid === process.pid || !readEnvironment(pid).some((line) => line.startsWith(mark))) continue
    try {
      process.kill(pid, 'SIGKILL')
      killed += 1
    } catch {
      // It ended by itself.
    }
  }
  return killed
}

/**
 * Closes the descriptors that this process was started with and that its children would inherit:
 * workloads see none of the host's open files. To be called once, before anything is opened.
 */
export function closeInheritedFiles(): void {
  for (const fd of numbersIn('/proc/self/fd')) {
    if (fd <= 2) continue
    try {
      const flags = /^flags:\s+([0-7]+)$/m.exec(
        readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'),
      )?.[1]
      if ((Number.parseInt(flags ?? '0', 8) & CLOSE_ON_EXEC) === 0) closeSync(fd)
    } catch {
      // The listing's own descriptor, closed by now.
    }
  }
}

/** O_CLOEXEC, as /proc shows it. */
const CLOSE_ON_EXEC = 0o2000000

function numbersIn(folder: string): number[] {
  return readdirSync(folder).map(Number).filter(Number.isInteger)
}

function readEnvironment(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    // It is gone, or another user's.
    return []
  }
}
