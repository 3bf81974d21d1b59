import type { Account, Hex, Json } from './base.ts'
import type { CloseReason, ContractState, DeclineReason, DropReason, Health } from './contracts.ts'
import type { Kind, Member, ProposalOutcome, Thresholds, Vote } from './groups.ts'
import type { Attribute, NodeState, Prices, Resources, SealingKey } from './nodes.ts'

/** The data of each event of our own pallets, by `pallet.Name`. */
export type EventData = {
  'groups.GroupCreated': {
    group: number
    account: Account
    creator: Account
    name: string
    members: Member[]
    thresholds: Thresholds
    deposit: bigint
  }
  'groups.MembersSet': { group: number; members: Member[]; thresholds: Thresholds; epoch: number }
  'groups.Proposed': {
    group: number
    proposal: number
    proposer: Account
    call: Hex
    kind: Kind
    epoch: number
    transactionVersion: number
    createdAt: number
    expires: number
    deposit: bigint
  }
  'groups.Voted': { group: number; proposal: number; member: Account; vote: Vote; weight: number }
  'groups.ProposalClosed': { group: number; proposal: number; outcome: ProposalOutcome }
  'groups.GroupDissolved': { group: number; beneficiary: Account; moved: bigint }

  'validators.ValidatorsSet': { accounts: Account[] }

  'nodes.NodeRegistered': {
    node: number
    operator: Account
    agent: Account
    sealing: SealingKey
    resources: Resources
    prices: Prices
    region: string
    attributes: Attribute[]
    endpoint: string
    deposit: bigint
  }
  'nodes.NodeUpdated': {
    node: number
    resources: Resources
    prices: Prices
    region: string
    attributes: Attribute[]
  }
  'nodes.Served': { node: number; agent: Account; live: number; lastSeen: number }
  'nodes.Heartbeat': { node: number; live: number; lastSeen: number }
  'nodes.Announced': { node: number; endpoint: string; announcedAt: number }
  'nodes.NodeStateSet': { node: number; state: NodeState; live: number }
  'nodes.AgentRotated': { node: number; namedAgent: Account | null; sealing: SealingKey }
  'nodes.NodeRemoved': { node: number; deposit: bigint }

  'contracts.BodyNoted': { hash: Hex; who: Account; bytes: Hex; deposit: bigint }
  'contracts.BodyDropped': { hash: Hex; who: Account }
  'contracts.BodyRemoved': { hash: Hex }
  'contracts.Created': {
    contract: number
    owner: Account
    node: number
    version: number
    body: Hex
    resources: Resources
    rate: bigint
    sealingVersion: number
    escrow: bigint
    deposit: bigint
    bodyDeposit: bigint
    deadline: number
    createdAt: number
  }
  'contracts.UpdateOffered': {
    contract: number
    node: number
    version: number
    body: Hex
    resources: Resources
    rate: bigint
    sealingVersion: number
    deposit: bigint
    deadline: number
  }
  'contracts.UpdateDropped': {
    contract: number
    node: number
    version: number
    reason: DropReason
  }
  'contracts.Accepted': {
    contract: number
    node: number
    version: number
    body: Hex
    networkKey: Hex
    settledAt: number
  }
  'contracts.Declined': { contract: number; node: number; version: number; reason: DeclineReason }
  'contracts.Settled': {
    contract: number
    node: number
    paid: bigint
    escrow: bigint
    settledAt: number
    state: ContractState
    at: number
  }
  'contracts.ToppedUp': {
    contract: number
    node: number
    who: Account
    amount: bigint
    escrow: bigint
    settledAt: number
    state: ContractState
  }
  'contracts.Reported': { contract: number; node: number; health: Health; at: number }
  'contracts.Closed': {
    contract: number
    node: number
    reason: CloseReason
    refund: bigint
    deposit: bigint
    tombstoneDeposit: bigint
    closedAt: number
  }
  'contracts.Pruned': { contract: number; deposit: bigint }
}

type Split<Type extends string> = Type extends `${infer Pallet}.${infer Name}`
  ? { pallet: Pallet; name: Name }
  : never

type EventPlace = {
  /** The event's number in its block. */
  index: number
  /** The extrinsic it belongs to; null for those of the block itself. */
  extrinsicIndex: number | null
}

/** One event of our own pallets: `EventOf<'groups.Voted'>`. Without an argument, any of them. */
export type EventOf<Type extends keyof EventData = keyof EventData> = {
  [T in Type]: { type: T; data: EventData[T] } & Split<T> & EventPlace
}[Type]

/** An event of any other pallet, e.g. `{ pallet: 'balances', name: 'Transfer' }`. */
export type OtherEvent = {
  type: 'other'
  pallet: string
  name: string
  data: Json
} & EventPlace

/** `switch (event.type)`: 'groups.Proposed', …, 'contracts.Closed' with typed data, or 'other'. */
export type ChainEvent = EventOf | OtherEvent
