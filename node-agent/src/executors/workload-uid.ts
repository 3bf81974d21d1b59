import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** systemd's table of uid ranges leaves 1,879,048,192 to 2,147,483,647 to the host's own use. */
const HOST_RANGE = { first: 1_879_048_192, count: 0x0800_0000 }
/** Below the dynamic users of systemd, above people: for a root that has only 65,536 uids itself. */
const CONTAINER_RANGE = { first: 20_000, count: 40_000 }

/**
 * The host uid of one workload of an agent that is root: the same after every restart, and another
 * for every other workload.
 */
export function workloadUid(agent: string, contract: number, service: string): number {
  const digest = hash('sha256', `${agent}/${contract}/${service}`, 'buffer')
  const { first, count } = hasAllUids() ? HOST_RANGE : CONTAINER_RANGE
  return first + (digest.readUInt32LE(0) % count)
}

function hasAllUids(): boolean {
  const lengths = readFileSync('/proc/self/uid_map', 'utf8')
    .trim()
    .split('\n')
    .map((line) => Number(line.trim().split(/\s+/)[2]))
  return Math.max(...lengths) > HOST_RANGE.first + HOST_RANGE.count
}
