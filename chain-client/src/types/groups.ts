import type { Account, Hex } from './base.ts'

export type Permission = 'PROPOSE' | 'APPROVE' | 'VETO'
export type Kind = 'Deploy' | 'Cancel' | 'Spend' | 'Govern'
export type Vote = 'Approve' | 'Reject'
export type ProposalOutcome = 'Executed' | 'Rejected' | 'Withdrawn' | 'Cleared'
/** `weight` is 1 to 65,535. */
export type Member = { account: Account; weight: number; permissions: Permission[] }
/** The weight that each kind of call needs. */
export type Thresholds = { deploy: number; cancel: number; spend: number; govern: number }

export type Group = {
  id: number
  /** The group's own account; it follows from the id and never changes. */
  account: Account
  name: string
  members: Member[]
  thresholds: Thresholds
  /** Counts changes of members or thresholds; a proposal of another epoch is stale. */
  epoch: number
  nextProposal: number
  creator: Account
  deposit: bigint
}

/** A proposal that is not closed: the chain keeps no other. */
export type Proposal = {
  group: number
  id: number
  proposer: Account
  /** The call's bytes; `decodeCall` shows them. */
  call: Hex
  kind: Kind
  epoch: number
  transactionVersion: number
  createdAt: number
  expires: number
  deposit: bigint
  votes: { member: Account; vote: Vote }[]
}

/** Whether a proposal may still be decided, and how its votes add up. */
export type Decision =
  | { type: 'Open'; approved: number; rejected: number; threshold: number; total: number }
  /** Members, thresholds or the runtime's calls have changed, or the group is dissolved. */
  | { type: 'Stale' }
  /** The time to vote is over. */
  | { type: 'Expired' }
