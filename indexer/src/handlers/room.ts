import type { Resources } from '@covenant/chain-client'
import type { NodeRow } from '../stores/mirror.ts'

/** What of a node's resources is there, reserved and free, as its row has them. */
export function roomOf(total: Resources, reserved: Resources) {
  return {
    totalCpu: total.cpu,
    totalMemory: total.memory,
    totalStorage: total.storage,
    totalGpus: total.gpus,
    totalPublicIpv4: total.publicIpv4,
    reservedCpu: reserved.cpu,
    reservedMemory: reserved.memory,
    reservedStorage: reserved.storage,
    reservedGpus: reserved.gpus,
    reservedPublicIpv4: reserved.publicIpv4,
    freeCpu: total.cpu - reserved.cpu,
    freeMemory: total.memory - reserved.memory,
    freeStorage: total.storage - reserved.storage,
    freeGpus: total.gpus - reserved.gpus,
    freePublicIpv4: total.publicIpv4 - reserved.publicIpv4,
  }
}

export const totalOf = (node: NodeRow): Resources => ({
  cpu: node.totalCpu,
  memory: node.totalMemory,
  storage: node.totalStorage,
  gpus: node.totalGpus,
  publicIpv4: node.totalPublicIpv4,
})

export const reservedOf = (node: NodeRow): Resources => ({
  cpu: node.reservedCpu,
  memory: node.reservedMemory,
  storage: node.reservedStorage,
  gpus: node.reservedGpus,
  publicIpv4: node.reservedPublicIpv4,
})

export const NOTHING: Resources = { cpu: 0, memory: 0, storage: 0, gpus: 0, publicIpv4: 0 }

/** What is reserved once `given` is given back and `taken` is taken. */
export function exchange(
  reserved: Resources,
  { given, taken }: Record<'given' | 'taken', Resources>,
) {
  const kinds = Object.keys(NOTHING) as (keyof Resources)[]
  const entries = kinds.map((kind) => [kind, reserved[kind] - given[kind] + taken[kind]])
  return Object.fromEntries(entries) as Resources
}
