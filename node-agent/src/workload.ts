import { type Body, type BodyService } from '@covenant/schema'
import type { ServiceStatus } from '@covenant/schema/agent-status'
import { changesInPlace } from '@covenant/schema/body-changes'
import { superviseService, type WorkloadDeps, type WorkloadSpec } from './supervise.ts'

/** One contract's services, kept running until they are stopped. */
export type Workload = {
  readonly version: number
  status(): ServiceStatus[]
  /**
   * Why a service can be launched no more, wherever it is tried: its image could not be had whole so
   * many times in a row. Undefined as long as that may still change.
   */
  broken(): string | undefined
  /** Whether this body can take the place of the present one while every program goes on. */
  canAdjust(body: Body): boolean
  /** Applies a body that can; throws where it cannot any more. */
  adjust(version: number, body: Body): void
  /** Ends every service, giving each `graceMs` to end by itself; resolves when all are gone. */
  stop(graceMs: number): Promise<void>
}

/** Starts every service of a contract, each of which then restarts as its policy says. */
export function startWorkload(deps: WorkloadDeps, spec: WorkloadSpec): Workload {
  let { version, body } = spec
  const services = Object.entries(body.services).map(([name, service]) =>
    superviseService(deps, { ...spec, name, service }),
  )
  const canAdjust = (next: Body) =>
    changesInPlace(body, next) && services.every((one) => one.status().state !== 'ended')
  return {
    get version() {
      return version
    },
    status: () => services.map((service) => service.status()),
    broken: () => services.map((service) => service.broken()).find((why) => why !== undefined),
    canAdjust,
    adjust: (nextVersion, next) => {
      if (!canAdjust(next)) throw new Error('one of its programs has ended meanwhile')
      version = nextVersion
      body = next
      for (const one of services) {
        const { name } = one.status()
        one.adjust({ version, service: body.services[name] as BodyService })
      }
    },
    stop: async (graceMs) => {
      await Promise.all(services.map((service) => service.stop(graceMs)))
    },
  }
}
