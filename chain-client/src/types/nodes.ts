import type { Account, Hex } from './base.ts'

/** Milli-cores, MiB, MiB, whole GPUs, whole addresses. */
export type Resources = {
  cpu: number
  memory: number
  storage: number
  gpus: number
  publicIpv4: number
}
/** Smallest unit per second, for one unit of each resource. */
export type Prices = {
  cpu: bigint
  memory: bigint
  storage: bigint
  gpu: bigint
  publicIpv4: bigint
}
/** An x25519 public key; the version counts its changes. */
export type SealingKey = { key: Hex; version: number }
export type Attribute = { key: string; value: string }
/** Retired is for good: its live clock stands still, and anyone may close its contracts. */
export type NodeState = 'Active' | 'Draining' | 'Retired'

export type Node = {
  id: number
  operator: Account
  /** Named by the operator and not serving yet. */
  namedAgent: Account | null
  /** The agent that serves; null until the one that was named first has called `serve`. */
  agent: Account | null
  sealing: SealingKey
  total: Resources
  reserved: Resources
  prices: Prices
  region: string
  attributes: Attribute[]
  endpoint: string
  state: NodeState
  /** The live clock as the last heartbeat left it, in seconds; `liveAt` of the schema reads it between two. */
  live: number
  lastSeen: number | null
  announcedAt: number | null
  /** How many of its contracts are not closed. */
  contracts: number
  deposit: bigint
}

/** What a node has left to give. */
export type Capacity = {
  /** What no contract has taken. An offer takes nothing. */
  free: Resources
  /** Whether it is Active, and was seen within the last window. */
  takesOffers: boolean
}
