import type { Balance } from './balances.ts'
import type { Account, Hex } from './base.ts'
import type { Advance, Block, Head, KnownChain, Outlook } from './blocks.ts'
import type { Call, Calls } from './calls.ts'
import type { Body, Contract, Funds, Tombstone } from './contracts.ts'
import type { Decision, Group, Proposal } from './groups.ts'
import type { Capacity, Node } from './nodes.ts'
import type { Outcome, Signer, SubmitOptions } from './submitting.ts'

export type ConnectOptions = {
  /** ws:// or wss:// */
  endpoint: string
  /** Another genesis hash is refused with `WrongChain`. */
  expectGenesis?: string | undefined
  /** Closes the connection, now or later. */
  signal?: AbortSignal | undefined
  /** How long to try to reach the endpoint. @default 10_000 */
  timeoutMs?: number | undefined
}

export type RuntimeVersion = { specName: string; specVersion: number; transactionVersion: number }

/** What a signed transaction says, its signature unchecked: the chain checks that. */
export type SignedTransaction = { hex: Hex; hash: Hex; signer: Account; call: Call }

/** Bounds, deposits and periods of docs/chain.md as the runtime's metadata states them. */
export type Constants = {
  /** 0.001 COV: what an account must keep. */
  existentialDeposit: bigint
  groups: {
    maxMembers: number
    maxName: number
    maxCallLen: number
    maxVoteDepth: number
    maxProposalLifetime: number
    maxOpenProposals: number
    groupDeposit: bigint
    proposalDeposit: bigint
    proposalByteDeposit: bigint
  }
  nodes: { heartbeatPeriod: number; window: number; nodeDeposit: bigint }
  contracts: {
    maxBodyLen: number
    maxDeadline: number
    settlePeriod: number
    suspensionGrace: number
    reportPeriod: number
    tombstonePeriod: number
    contractDeposit: bigint
    bodyDeposit: bigint
    bodyByteDeposit: bigint
    tombstoneDeposit: bigint
  }
}

/**
 * A connection to one chain.
 *
 * Reads are of the latest finalised block, or of the block with the hash `at`. When the connection
 * is lost it is made again by itself; reads meanwhile wait, and reject with `ConnectionLost` when it
 * is not back within 60 s. A chain with another genesis hash at the same endpoint ends it for good:
 * from then on everything rejects with `WrongChain`. A block that the endpoint does not have is `BlockUnavailable`, an answer
 * of another shape `UnexpectedShape` naming the field.
 */
export type Chain = {
  endpoint: string
  genesisHash: Hex
  chainName: string
  chainType: 'Development' | 'Local' | 'Live'
  constants: Constants

  /** Which runtime the block has; a proposal of another `transactionVersion` is stale. */
  runtimeVersion: (at?: string) => Promise<RuntimeVersion>
  finalizedHead: () => Promise<Head>
  /**
   * Tells of the finalised head now and of each later one; heights rise, but may skip. Goes on by
   * itself after a lost connection. Returns the function that stops it.
   */
  watchFinalized: (listener: (head: Head) => void) => () => void
  /** One block; by height it must be finalised. */
  block: (heightOrHash: number | string) => Promise<Block>
  /**
   * Every finalised block from the height `from` on, in order and without a gap, then each new one;
   * goes on by itself after a lost connection and ends without an error when `signal` aborts.
   */
  follow: (options: { from: number; signal?: AbortSignal | undefined }) => AsyncIterable<Block>
  /**
   * The best chain, block by block, from where somebody stands who knows it up to `known`. Finalised
   * blocks come as in `follow`; once these are through, those that are not final yet come too, and
   * what another branch has replaced is said. A best chain that leaves what is final is an error.
   */
  followBest: (options: {
    known: KnownChain
    signal?: AbortSignal | undefined
  }) => AsyncIterable<Advance>

  groups: {
    get: (id: number, at?: string) => Promise<Group | null>
    /** The group that has this account. */
    byAccount: (account: Account, at?: string) => Promise<number | null>
    proposal: (group: number, id: number, at?: string) => Promise<Proposal | null>
    /** Null where it is closed. */
    decision: (group: number, id: number, at?: string) => Promise<Decision | null>
    /** What would come of its call if the vote that is missing were cast. */
    wouldCarryOut: (group: number, id: number, at?: string) => Promise<Outlook>
    /** The open ones, by id. */
    proposals: (group: number, at?: string) => Promise<Proposal[]>
    /** Those that this account is a member of, by id; reads all groups of the chain. */
    ofMember: (account: Account, at?: string) => Promise<Group[]>
    accountOf: (id: number) => Account
    nextId: (at?: string) => Promise<number>
  }
  nodes: {
    get: (id: number, at?: string) => Promise<Node | null>
    /** The node that this agent serves. */
    byAgent: (account: Account, at?: string) => Promise<Node | null>
    /** All of the chain, by id. */
    all: (at?: string) => Promise<Node[]>
    nextId: (at?: string) => Promise<number>
    /** Null where there is none of this id. */
    capacity: (id: number, at?: string) => Promise<Capacity | null>
  }
  contracts: {
    get: (id: number, at?: string) => Promise<Contract | null>
    /** Those of these ids that are open, asked for together. */
    several: (ids: readonly number[], at?: string) => Promise<Map<number, Contract>>
    /** Null where it is not open. */
    funds: (id: number, at?: string) => Promise<Funds | null>
    /** The open ones of this owner, by id; reads all contracts of the chain. */
    ofOwner: (account: Account, at?: string) => Promise<Contract[]>
    /** All that are open, by id. */
    all: (at?: string) => Promise<Contract[]>
    tombstone: (id: number, at?: string) => Promise<Tombstone | null>
    body: (hash: string, at?: string) => Promise<Body | null>
    nextId: (at?: string) => Promise<number>
  }
  /** Chain seconds. */
  clock: { now: (at?: string) => Promise<number> }
  balances: {
    of: (account: Account, at?: string) => Promise<Balance>
    totalIssuance: (at?: string) => Promise<bigint>
  }
  validators: {
    /** Those that were set last; none where nobody has set any since the genesis. */
    chosen: (at?: string) => Promise<Account[]>
    /** Whether it has given session keys, without which it cannot be a validator. */
    hasKeys: (account: Account, at?: string) => Promise<boolean>
  }
  system: {
    /** The hash of the code that anybody may make the runtime now. */
    authorizedUpgrade: (at?: string) => Promise<Hex | null>
    /**
     * The nonce of the account's next transaction. An account that the chain does not know any more
     * loses its count, and gets a higher one when it is known again.
     */
    nextNonce: (account: Account, at?: string) => Promise<number>
  }

  calls: Calls
  /**
   * What would come of `call` if this account made it. The runtime makes it and undoes it; nonce and
   * fee are not looked at.
   */
  wouldExecute: (account: Account, call: Call, at?: string) => Promise<Outlook>
  /** Shows a call; `InvalidArgument` when the bytes are not one of this runtime. */
  decodeCall: (hex: string) => Call
  /**
   * Signs, sends and waits until the block with it is finalised. Mortal: after 64 blocks it can no
   * longer land. Calls of one signer may be submitted at once; they get their nonces in turn. What
   * ran and failed is a value; what could not run is thrown (`NotAccepted`, `Unconfirmed`). When the
   * connection is lost, or the chain's process dies with its pool, the same bytes are sent again and
   * searched for in the blocks, so that the call runs once or not at all.
   */
  submit: (call: Call, signer: Signer, options?: SubmitOptions) => Promise<Outcome>
  /** Reads a transaction that was signed elsewhere; `InvalidArgument` where these bytes are none. */
  decodeSigned: (hex: string) => SignedTransaction
  /** Sends what was signed elsewhere, once, and waits like `submit`. */
  submitSigned: (signed: SignedTransaction, options?: SubmitOptions) => Promise<Outcome>
  /** Ends the connection; everything pending rejects with `ConnectionLost`. */
  close: () => Promise<void>
}
