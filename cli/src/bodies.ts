/** Bodies and what they reserve, in words, from the chain's own data. */
import { bytesOf, type Chain } from '@covenant/chain-client'
import { type Body, bodyHash, parseBody } from '@covenant/schema'
import type { HealthCheck } from '@covenant/schema/health-check'
import { formatCpu, formatSize } from '@covenant/schema/quantity'
import type { Volume, VolumeMount } from '@covenant/schema/volume'
import { CliError } from './errors.ts'
import { fields, indent } from './output.ts'

export type CheckedBody = { body: Body; bytes: number }

/**
 * The body of this hash; undefined where the chain does not have it.
 *
 * @throws CliError where what the chain gave has another hash, computed here
 */
export async function readBody(
  chain: Chain,
  hash: string,
  at: string,
): Promise<CheckedBody | undefined> {
  const body = await chain.contracts.body(hash, at)
  if (body === null) return undefined
  const bytes = bytesOf(body.bytes)
  const computed = bodyHash(bytes)
  if (computed !== hash) {
    throw new CliError(
      `The chain at ${chain.endpoint} gave a body with the hash ${computed} for ${hash}: sign nothing that this endpoint shows`,
    )
  }
  return { body: parseBody(bytes), bytes: bytes.length }
}

export function showServices({ services, volumes: sizes = {} }: Body): string {
  return Object.entries(services)
    .map(([name, service]) => {
      const { image, command, env, resources, restart, healthCheck, volumes = [] } = service
      const variables = Object.entries(env).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
      const details = fields([
        ['image', image],
        ['command', JSON.stringify(command)],
        ['env', variables.length === 0 ? undefined : variables.join(' ')],
        ['reserves', showResources(resources)],
        ['restart', restart],
        ['health check', healthCheck && showHealthCheck(healthCheck)],
        ...volumes.map((mount) => ['volume', showVolume(mount, sizes[mount.name])] as const),
      ])
      return `service ${name}\n${indent(details)}`
    })
    .join('\n')
}

function showHealthCheck(check: HealthCheck): string {
  const { http, tcp, intervalSeconds, timeoutSeconds, startPeriodSeconds, retries } = check
  const what = http ? `GET ${http.path} on port ${http.port}` : `a connection to port ${tcp?.port}`
  return (
    `${what} every ${intervalSeconds} s, within ${timeoutSeconds} s; ` +
    `after ${startPeriodSeconds} s to start, ${retries} failures in a row are too many`
  )
}

function showVolume({ name, mountPath }: VolumeMount, volume: Volume | undefined): string {
  const size = volume === undefined ? '' : `${formatSize(volume.size)}, `
  const fate = volume?.keepOnDelete ? 'kept for a while once' : 'deleted when'
  return `${name} at ${mountPath} (${size}${fate} the contract is closed)`
}

export function showResources({
  cpu,
  memory,
  storage,
}: {
  cpu: number
  memory: number
  storage: number
}): string {
  return `cpu ${formatCpu(cpu)}, memory ${formatSize(memory)}, disk ${formatSize(storage)}`
}
