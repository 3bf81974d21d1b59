import type { Account, Hex } from './base.ts'
import type { ChainEvent } from './events.ts'
import type { ProposalOutcome } from './groups.ts'

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
