/**
 * The chain in plain values. Outside the chain an account is an SS58 string (prefix 42), a hash or
 * any bytes a 0x-lowercase string, an amount a `bigint` of the smallest unit (10^-18 COV), an id a
 * `number`, a time a `number` of chain seconds, a name, region or endpoint text.
 */

/** 0x and lowercase hexadecimal digits. */
export type Hex = `0x${string}`
/** An account's address, prefix 42. */
export type Account = string
/** Any value as JSON has it; amounts and numbers beyond 2^53 are decimal strings. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

export type Head = { height: number; hash: Hex }

/** A chain up to some block, as somebody has it. */
export type KnownChain = {
  /** The last block that was final; null where nothing is known. */
  final: Head | null
  /** The blocks after it by their hashes, in order. */
  open: readonly Hex[]
}

/** How the best chain went on. */
export type Advance = {
  /** The height of the block that the others follow: none above it that came before is of the chain any more. */
  ancestor: number
  /** In order; none where blocks have become final and nothing else. */
  blocks: Block[]
  /** Up to this height all of it is final, as far as it goes. */
  finalizedHeight: number
}

// ── groups ──────────────────────────────────────────────────────────────────────────────────────

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

// ── nodes ───────────────────────────────────────────────────────────────────────────────────────

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

// ── contracts ───────────────────────────────────────────────────────────────────────────────────

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

// ── balances ────────────────────────────────────────────────────────────────────────────────────

/** `reason` is pallet and word as in `groups.Proposal` or `contracts.Escrow`. */
export type Hold = { reason: string; amount: bigint }
/** What an account owns is `free + reserved`; `held` says what `reserved` is for. */
export type Balance = { free: bigint; reserved: bigint; held: Hold[] }

// ── events ──────────────────────────────────────────────────────────────────────────────────────

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

// ── blocks ──────────────────────────────────────────────────────────────────────────────────────

/** Why a call failed, in the words of the pallet that refused it. */
export type DispatchFailure = {
  /** As in `groups`; null when the runtime itself refused (e.g. `BadOrigin`). */
  pallet: string | null
  name: string
  /** The pallet's documentation of the error, one line; empty when it has none. */
  docs: string
}

/**
 * What would come of a call if it were made now. A vote that only counts closes nothing; one that
 * decides closes its proposal, and what was proposed succeeds too, or it is `ok: false`.
 */
export type Outlook =
  | { ok: true; closes: { group: number; proposal: number; outcome: ProposalOutcome }[] }
  | { ok: false; error: DispatchFailure }

export type Extrinsic = {
  index: number
  hash: Hex
  /** Null for the block's own inherents. */
  signer: Account | null
  /** As in `groups` and `createGroup`. */
  pallet: string
  name: string
  success: boolean
  error: DispatchFailure | null
  /** What the signer paid; 0n when the call was feeless or unsigned. */
  fee: bigint
}

export type Block = Head & {
  parentHash: Hex
  /** The wall-clock time of the block (not chain seconds). 0 for the genesis block. */
  timestampMs: number
  /** That of the runtime that executed it: proposals of another one are stale. */
  transactionVersion: number
  extrinsics: Extrinsic[]
  events: ChainEvent[]
}

// ── calls ───────────────────────────────────────────────────────────────────────────────────────

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

// ── submitting ──────────────────────────────────────────────────────────────────────────────────

/** Whoever can sign: a key in memory, a keystore, a device. */
export type Signer = {
  address: Account
  publicKey: Uint8Array
  scheme: 'sr25519' | 'ed25519'
  /** The 64-byte signature of exactly these bytes. */
  sign(payload: Uint8Array): Uint8Array | Promise<Uint8Array>
}

export type SubmitStatus =
  | { type: 'signed'; extrinsicHash: Hex; nonce: number }
  /** The chain's pool has it. */
  | { type: 'sent'; extrinsicHash: Hex }
  | { type: 'inBlock'; extrinsicHash: Hex; blockHash: Hex }
  | { type: 'finalized'; extrinsicHash: Hex; blockHash: Hex; blockHeight: number }

export type SubmitOptions = {
  /** Called once per status reached, 'inBlock' again after a fork; 'sent' may come after it. */
  onStatus?: ((status: SubmitStatus) => void) | undefined
  /** Stops the waiting and rejects with its reason; what is sent stays sent. */
  signal?: AbortSignal | undefined
}

type Executed = {
  blockHeight: number
  blockHash: Hex
  extrinsicIndex: number
  extrinsicHash: Hex
  /** What the signer paid; 0n when the call was feeless. */
  fee: bigint
  /** The events of this extrinsic, in order, ours typed. */
  events: ChainEvent[]
}

/**
 * What became of a call in a finalised block. One that failed is `ok: false`, also when it failed
 * inside `sudo`, which the chain itself counts as a success.
 */
export type Outcome =
  | (Executed & { ok: true; error?: undefined })
  | (Executed & { ok: false; error: DispatchFailure })

// ── the chain ───────────────────────────────────────────────────────────────────────────────────

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
