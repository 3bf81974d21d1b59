import type { BodyService } from '@covenant/schema'

export type RestartFacts = {
  policy: BodyService['restart']
  /** The program's exit code, or null when it could not be started at all. */
  code: number | null
  /** How long it was well: while it ran, or since its health check first said so. */
  wellMs: number
  /** Whether it was ended because its health check failed, which counts as a failure whatever its code. */
  unhealthy: boolean
  /** How many times in a row it was started again. */
  attempts: number
}

export type RestartVerdict =
  | { type: 'stay' }
  /** `attempts` is what the next verdict is to be asked with. */
  | { type: 'restart'; delayMs: number; attempts: number }

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 60_000
/** A program that was well this long had started well: its next end is a first one. */
const HEALTHY_MS = 60_000

/**
 * What follows when a program has ended, by its service's restart policy. One that could not be
 * started is tried again under every policy: it has not run yet.
 */
export function decideRestart({
  policy,
  code,
  wellMs,
  attempts,
  unhealthy,
}: RestartFacts): RestartVerdict {
  const isDone =
    !unhealthy && code !== null && (policy === 'never' || (policy === 'on-failure' && code === 0))
  if (isDone) return { type: 'stay' }
  const inARow = wellMs >= HEALTHY_MS ? 0 : attempts
  return {
    type: 'restart',
    delayMs: Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(inARow, 16)),
    attempts: inARow + 1,
  }
}
