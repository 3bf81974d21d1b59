import type { Account, Hex, Json } from './base.ts'
import type { DeclineReason, Health } from './contracts.ts'
import type { Member, Thresholds } from './groups.ts'
import type { Attribute, NodeState, Prices, Resources } from './nodes.ts'

/** A call that can be signed, proposed, approved or batched. `hex` is the call, the rest shows it. */
export type Call = {
  /** The SCALE bytes of the call. */
  hex: Hex
  /** blake2-256 of these bytes. */
  hash: Hex
  /** As in `groups` and `createGroup`. */
  pallet: string
  name: string
  /** For people: addresses, amounts as decimal strings, inner calls as `{ pallet, name, args }`. */
  args: Json
}

/** Builders check bounds that would not even encode, and throw `InvalidArgument` naming the field. */
export type Calls = {
  groups: {
    createGroup: (args: {
      name: string
      members: Member[]
      thresholds: Thresholds
      first?: { call: Call; expires: number } | undefined
    }) => Call
    propose: (args: { group: number; call: Call; expires: number }) => Call
    approve: (args: { group: number; proposal: number; call: Call }) => Call
    reject: (args: { group: number; proposal: number }) => Call
    setMembers: (args: { members: Member[]; thresholds: Thresholds }) => Call
    withdraw: (args: { group: number; proposal: number }) => Call
    clear: (args: { group: number; proposal: number }) => Call
    dissolve: (args: { beneficiary: Account }) => Call
  }
  nodes: {
    register: (args: {
      agent: Account
      sealingKey: Hex | Uint8Array
      resources: Resources
      prices: Prices
      region: string
      attributes: Attribute[]
      endpoint: string
    }) => Call
    update: (args: {
      node: number
      resources: Resources
      prices: Prices
      region: string
      attributes: Attribute[]
    }) => Call
    serve: (args: { node: number }) => Call
    heartbeat: (args: { node: number }) => Call
    announce: (args: { node: number; endpoint: string }) => Call
    setState: (args: { node: number; state: NodeState }) => Call
    rotateAgent: (args: { node: number; agent: Account; sealingKey: Hex | Uint8Array }) => Call
    remove: (args: { node: number }) => Call
  }
  contracts: {
    noteBody: (args: { bytes: Hex | Uint8Array }) => Call
    dropBody: (args: { hash: Hex }) => Call
    create: (args: {
      node: number
      body: Hex
      resources: Resources
      maxRate: bigint
      escrow: bigint
      deadline: number
    }) => Call
    accept: (args: {
      contract: number
      version: number
      body: Hex
      networkKey: Hex | Uint8Array
    }) => Call
    decline: (args: { contract: number; version: number; reason: DeclineReason }) => Call
    cancel: (args: { contract: number }) => Call
    settle: (args: { contract: number }) => Call
    update: (args: {
      contract: number
      /** The contract's latest version, as whoever decides on the update knows it. */
      base: number
      body: Hex
      resources: Resources
      maxRate: bigint
      deadline: number
    }) => Call
    withdrawUpdate: (args: { contract: number }) => Call
    terminate: (args: { contract: number; reason: DeclineReason }) => Call
    report: (args: { contract: number; health: Health }) => Call
    topUp: (args: { contract: number; amount: bigint }) => Call
    expire: (args: { contract: number }) => Call
    close: (args: { contract: number }) => Call
    prune: (args: { contract: number }) => Call
  }
  balances: { transferKeepAlive: (args: { to: Account; amount: bigint }) => Call }
  /** Group 0 alone authorises an upgrade and sets the validators, by its vote. */
  system: {
    authorizeUpgrade: (args: { codeHash: Hex }) => Call
    applyAuthorizedUpgrade: (args: { code: Hex | Uint8Array }) => Call
  }
  validators: { set: (args: { accounts: Account[] }) => Call }
  utility: { batchAll: (args: { calls: Call[] }) => Call }
}
