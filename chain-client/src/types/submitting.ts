import type { Account, Hex } from './base.ts'
import type { DispatchFailure } from './blocks.ts'
import type { ChainEvent } from './events.ts'

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
  /**
   * Called once per status reached, 'inBlock' again after a fork; 'sent' may come after it. What it
   * returns for 'signed' is awaited: nothing is sent before.
   */
  onStatus?: ((status: SubmitStatus) => unknown) | undefined
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
