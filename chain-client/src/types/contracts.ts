import type { Account, Hex } from './base.ts'
import type { Resources } from './nodes.ts'

export type ContractState = 'Offered' | 'Running' | 'Suspended'
export type DeclineReason =
  | 'Policy'
  | 'Capacity'
  | 'Image'
  | 'Secrets'
  | 'Price'
  | 'Hardware'
  /** The number is 0 to 255. */
  | `Other(${number})`
export type CloseReason =
  | 'Cancelled'
  | 'Expired'
  | `Declined(${DeclineReason})`
  | `Terminated(${DeclineReason})`
  | 'OutOfFunds'
  | 'NodeRetired'
/** Why an update beside what runs is not pending any more. */
export type DropReason = 'Withdrawn' | 'Expired' | `Declined(${DeclineReason})`
/** How a workload is, in its node's words. */
export type Health = 'Starting' | 'Healthy' | 'Unhealthy' | 'Ended'

export type Spec = {
  version: number
  body: Hex
  resources: Resources
  /** Smallest unit per live second. */
  rate: bigint
  sealingVersion: number
  /** Held for the body's bytes. */
  deposit: bigint
}
export type Offer = { spec: Spec; deadline: number }

export type Contract = {
  id: number
  owner: Account
  node: number
  state: ContractState
  running: Spec | null
  pending: Offer | null
  /** Counts every spec ever offered. */
  version: number
  escrow: bigint
  /** A reading of the node's live clock, not a time. */
  settledAt: number
  suspendedAt: number | null
  networkKey: Hex | null
  createdAt: number
  /** Held for the entry; each spec has its own beside it. */
  deposit: bigint
  /** The last that the node said of what runs. */
  report: { health: Health; at: number } | null
}

/** What is left of a closed contract. */
export type Tombstone = {
  id: number
  owner: Account
  node: number
  reason: CloseReason
  closedAt: number
  version: number
  body: Hex
  deposit: bigint
}

export type Body = { hash: Hex; bytes: Hex; holders: number; references: number }

/** What settling a contract would come to, and how long it goes on from there. */
export type Funds = {
  /** Owed to the operator by now; no more than the escrow. */
  due: bigint
  /** The state once that is paid. */
  state: ContractState
  /**
   * The second in which the escrow is used up if the node is there without a break; later if it is
   * not. Null where nothing accrues any more, or what accrues never gets there.
   */
  fundedUntil: bigint | null
  /** When anyone may close it, if it is suspended and nobody tops it up. */
  graceUntil: number | null
}
