import type { Health } from '@covenant/chain-client'
import type { ServiceStatus } from '@covenant/schema/agent-status'

/**
 * So long a contract must have been as it is before the chain is told: the chain hears of it once in
 * a report period, and a program that ends a second after each start is not healthy in between.
 */
const LASTS_MS = 30_000

type Watched = ReadonlyMap<number, { status(): ServiceStatus[] }>

/** Answers, at each call, how the contracts are that have been so for long enough. */
export function createHealthWatch(now: () => number = () => performance.now()) {
  const seen = new Map<number, { health: Health; since: number }>()
  return (workloads: Watched): ReadonlyMap<number, Health> => {
    for (const id of seen.keys()) if (!workloads.has(id)) seen.delete(id)
    const lasting = new Map<number, Health>()
    for (const [id, workload] of workloads) {
      const health = healthOf(workload.status())
      const before = seen.get(id)
      if (health === undefined) seen.delete(id)
      else if (before?.health !== health) seen.set(id, { health, since: now() })
      else if (now() - before.since >= LASTS_MS) lasting.set(id, health)
    }
    return lasting
  }
}

/** How a contract's services are together; undefined while they are being stopped. */
export function healthOf(services: readonly ServiceStatus[]): Health | undefined {
  const some = (state: ServiceStatus['state']) => services.some((one) => one.state === state)
  if (some('stopping')) return undefined
  const isUnwell = ({ error, health }: ServiceStatus) => error !== null || health === 'unhealthy'
  if (some('waiting') || services.some(isUnwell)) return 'Unhealthy'
  if (some('starting') || services.some(({ health }) => health === 'starting')) return 'Starting'
  return services.every(({ state }) => state === 'ended') ? 'Ended' : 'Healthy'
}
