import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import type { Exit, Program } from './executor.ts'
import { readStatusField } from './processes.ts'

/** How long a killed sandbox may take to disappear before its outermost process is killed too. */
const KILL_PATIENCE_MS = 2_000
/** How long the stages may take, on a busy host, before a sandbox counts as stuck. */
const SETUP_PATIENCE_MS = 10_000

export type Stoppable = {
  /** The outermost stage. */
  child: ChildProcess
  started: Promise<Program | undefined>
  exited: Promise<Exit>
  /** The program's process, once it runs. */
  pid: () => number | undefined
}

/** Makes a sandbox's `stop`: the program is asked first, then ended, and the stages only where that fails. */
export function createStop({ child, started, exited, pid: pidOf }: Stoppable) {
  /** Signals the program unless it is gone already: its number may be another's by then. */
  const kill = (pid: number, signal: NodeJS.Signals) => {
    if (isOver(child)) return
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  return async (graceMs: number): Promise<Exit> => {
    // A stage killed before the next one is tied to its life would leave that one behind.
    await endsWithin(Promise.race([started, exited]), SETUP_PATIENCE_MS)
    const pid = pidOf()
    if (pid !== undefined) {
      const deadline = performance.now() + graceMs
      if (handlesTerm(pid)) kill(pid, 'SIGTERM')
      // Asked again and again: a shell blocks all signals for the moment in which it starts a program.
      while (handlesTerm(pid) && performance.now() < deadline) {
        if (await endsWithin(exited, Math.min(100, deadline - performance.now()))) return exited
      }
      kill(pid, 'SIGKILL')
      if (await endsWithin(exited, KILL_PATIENCE_MS)) return exited
    }
    child.kill('SIGKILL')
    return exited
  }
}

/**
 * Whether SIGTERM would reach the program. It is the first process of its namespace, for which the
 * kernel drops signals that it neither catches nor blocks: there is nothing to wait for then.
 */
function handlesTerm(pid: number): boolean {
  const bit = 1n << BigInt(constants.signals.SIGTERM - 1)
  return ['SigCgt', 'SigBlk'].some((field) => {
    const mask = readStatusField(pid, field) || '0'
    return (BigInt(`0x${mask}`) & bit) !== 0n
  })
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** As a shell tells it: 128 and the number of the signal that killed it. */
export function codeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal ? constants.signals[signal] : 0)
}

async function endsWithin(end: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false)
  })
  const inTime = await Promise.race([end.then(() => true), late])
  clearTimeout(timer)
  return inTime
}
