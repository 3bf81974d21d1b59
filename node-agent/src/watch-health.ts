import { setTimeout as delay } from 'node:timers/promises'
import type { HealthCheck } from '@covenant/schema/health-check'

export type ServiceHealth = 'starting' | 'healthy' | 'unhealthy'

export type WatchHealthOptions = {
  check: Pick<HealthCheck, 'intervalSeconds' | 'startPeriodSeconds' | 'retries'>
  /** Asks once: what is wrong, null when nothing is, undefined when it could not be asked. */
  ask: (signal: AbortSignal) => Promise<string | null | undefined>
  onHealth: (health: ServiceHealth, problem: string | null) => void
  signal: AbortSignal
  now?: () => number
  wait?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/**
 * Asks a program how it is, again and again until `signal` aborts. Failures in its start period do not
 * count before it has been well once; so many others in a row make it unhealthy, one success well.
 */
export async function watchHealth(options: WatchHealthOptions): Promise<void> {
  const { check, ask, onHealth, signal, now = () => performance.now() } = options
  const { wait = (ms: number) => delay(ms, undefined, { signal }) } = options
  const startedAt = now()
  let health: ServiceHealth = 'starting'
  let failures = 0
  while (!signal.aborted) {
    const problem = await ask(signal)
    if (signal.aborted) return
    if (problem !== undefined) {
      const isEarly = health === 'starting' && now() - startedAt < check.startPeriodSeconds * 1000
      failures = problem === null || isEarly ? 0 : failures + 1
      if (problem === null) health = 'healthy'
      else if (failures >= check.retries) health = 'unhealthy'
      onHealth(health, problem)
    }
    await wait(check.intervalSeconds * 1000, signal).catch(() => undefined)
  }
}
