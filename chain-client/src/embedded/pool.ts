import { blake2Hash, type Hex } from '@covenant/schema/hash'
import type { BuiltBlock } from './block-builder.ts'
import type { Chain } from './chain.ts'
import { RpcError } from './rpc/rpc-error.ts'
import { concatHex, ScaleReader, toBytes } from './scale.ts'
import { decodeValidity, isRefusal, type Refusal, type Validity } from './validity.ts'

/** What becomes of a transaction, as Substrate's nodes write it in JSON. */
export type TransactionStatus =
  | 'future'
  | 'ready'
  | { inBlock: Hex }
  | { finalized: Hex }
  | { usurped: Hex }
  | 'dropped'
  | 'invalid'

export type StatusListener = (status: TransactionStatus) => void

/**
 * Transactions that are not in a block yet.
 *
 * The runtime says of each which tags it requires and provides (an account's nonces, for one). One
 * whose tags are not provided yet is a future one and waits for its turn; so what one account sends
 * at once gets in whatever the order of arrival.
 */
export type Pool = {
  /**
   * Takes a transaction in and returns its hash. `onStatus` hears of all that happens to it from then
   * on, and last of its end: finalized, usurped, dropped or invalid. Throws {@link RpcError} with
   * Substrate's codes where it is refused.
   */
  submit(extrinsic: Hex, onStatus?: StatusListener): Promise<Hex>
  unwatch(hash: Hex, onStatus: StatusListener): void
  /** All of them, in the order in which they came. */
  pending(): Hex[]
  /** Whether some pending transaction that can be in the next block provides `tag`. */
  provides(tag: Uint8Array): boolean
  /**
   * What can be in the next block: the better priority first, then the shorter life, and each behind
   * what it requires.
   */
  ready(limit?: number): PoolTransaction[]
  hasReady(): boolean
  /** How many were sent and are not judged yet. */
  submitting(): number
  /** Takes note of a block that was built from the first transactions of `tried`. */
  settle(tried: PoolTransaction[], built: BuiltBlock): void
  /** Calls `listener` whenever there may be more in {@link Pool.ready}. */
  onReady(listener: () => void): () => void
}

export type PoolTransaction = { hash: Hex; extrinsic: Hex }

type Entry = PoolTransaction &
  Validity & {
    /** The last block for which the runtime's word holds. */
    validTill: bigint
    arrivedAt: number
    isReady: boolean
    listeners: Set<StatusListener>
  }

/** Enough for every test and demonstration, and a bound on what a stranger can fill. */
const MAX_TRANSACTIONS = 8_192

/** A future transaction whose turn has not come for that long is dropped: its predecessor is lost. */
const FUTURE_LIFETIME_MS = 10 * 60_000

/** No validation lasts longer than the building of that many blocks. */
const RECENT_BLOCKS = 64

const STALE: Refusal = { kind: 'invalid', reason: 'Stale', message: 'Transaction is outdated' }

/** `TransactionSource::External`: it came from outside, not from a block or this node. */
const FROM_OUTSIDE: Hex = '0x02'

export type PoolOptions = {
  chain: Pick<Chain, 'head' | 'call'>
  /** @default 8192 */
  maxTransactions?: number
  now?: () => number
}

export function createPool({
  chain,
  maxTransactions = MAX_TRANSACTIONS,
  now = Date.now,
}: PoolOptions): Pool {
  const entries = new Map<Hex, Entry>()
  const readyListeners = new Set<() => void>()
  /** What the last blocks provided, and which of them did. */
  const recentTags = new Map<string, number>()
  let submitting = 0
  let judging: Promise<unknown> = Promise.resolve()

  const say = (entry: Entry, status: TransactionStatus) =>
    entry.listeners.forEach((listener) => listener(status))

  const leave = (entry: Entry, status: TransactionStatus) => {
    entries.delete(entry.hash)
    say(entry, status)
    entry.listeners.clear()
  }

  /** Finds all that can run one after another from here, and says what has changed. */
  const markReady = () => {
    const waiting = Map.groupBy(
      [...entries.values()].flatMap((entry) => entry.requires.map((tag) => ({ tag, entry }))),
      ({ tag }) => tag,
    )
    const missing = new Map([...entries.values()].map((entry) => [entry, entry.requires.length]))
    const ready = [...entries.values()].filter((entry) => entry.requires.length === 0)
    // The list grows while it is walked.
    for (const { provides } of ready) {
      for (const { entry } of provides.flatMap((tag) => waiting.get(tag) ?? [])) {
        const left = missing.get(entry)! - 1
        missing.set(entry, left)
        if (left === 0) ready.push(entry)
      }
    }
    for (const [entry, left] of missing) {
      const isReady = left === 0
      if (entry.isReady !== isReady) say(entry, isReady ? 'ready' : 'future')
      entry.isReady = isReady
    }
  }

  /** The runtime's word on a transaction, brought up to the present head. */
  const validate = async (extrinsic: Hex): Promise<{ validity: Validity; validTill: bigint }> => {
    const at = chain.head()
    const argument = concatHex(FROM_OUTSIDE, extrinsic, at.hash)
    const answer = await chain
      .call(at, 'TaggedTransactionQueue_validate_transaction', argument)
      .catch((error: Error) => {
        throw new RpcError(1002, 'Verification Error: Runtime error', error.message)
      })
    const validity = decodeValidity(answer)
    if (isRefusal(validity)) throw refused(validity)
    const cameMeanwhile = (tag: string) => (recentTags.get(tag) ?? 0) > at.number
    if (validity.provides.some(cameMeanwhile)) throw refused(STALE)
    const requires = validity.requires.filter((tag) => !cameMeanwhile(tag))
    const validTill = BigInt(at.number) + validity.longevity
    return { validity: { ...validity, requires }, validTill }
  }

  /** Drops what is worth least, of these the latest, for something that is worth more. */
  const makeRoom = (priority: bigint) => {
    const least = [...entries.values()].reduce((worst, entry) =>
      entry.priority <= worst.priority ? entry : worst,
    )
    if (least.priority >= priority) throw poolIsFull()
    leave(least, 'dropped')
  }

  const admit = async (extrinsic: Hex, onStatus: StatusListener | undefined): Promise<Hex> => {
    const hash = blake2Hash(toBytes(extrinsic))
    if (entries.has(hash)) throw new RpcError(1013, 'Transaction Already Imported', hash)
    const { validity, validTill } = await validate(extrinsic)
    const rivals = [...entries.values()].filter((other) =>
      other.provides.some((tag) => validity.provides.includes(tag)),
    )
    if (rivals.some((rival) => rival.priority >= validity.priority)) throw tooLowPriority()
    if (entries.size - rivals.length >= maxTransactions) makeRoom(validity.priority)
    rivals.forEach((rival) => leave(rival, { usurped: hash }))

    const listeners = new Set(onStatus && [onStatus])
    const entry: Entry = {
      ...validity,
      hash,
      extrinsic,
      validTill,
      arrivedAt: now(),
      isReady: false,
      listeners,
    }
    entries.set(hash, entry)
    markReady()
    if (!entry.isReady) say(entry, 'future')
    readyListeners.forEach((listener) => listener())
    return hash
  }

  return {
    submit: async (extrinsic, onStatus) => {
      checkFormat(extrinsic)
      submitting++
      const admitted = judging.then(() => admit(extrinsic, onStatus))
      judging = admitted
        .catch(() => {})
        .finally(() => {
          submitting--
          readyListeners.forEach((listener) => listener())
        })
      return admitted
    },
    unwatch: (hash, onStatus) => {
      entries.get(hash)?.listeners.delete(onStatus)
    },
    pending: () => [...entries.values()].map(({ extrinsic }) => extrinsic),
    provides: (tag) => {
      const wanted = Buffer.from(tag).toString('hex')
      return [...entries.values()].some((entry) => entry.isReady && entry.provides.includes(wanted))
    },
    ready: (limit = Infinity) => {
      const chosen: PoolTransaction[] = []
      const provided = new Set<string>()
      const left = [...entries.values()].filter((entry) => entry.isReady).sort(byUrgency)
      while (chosen.length < limit) {
        const next = left.findIndex((entry) => entry.requires.every((tag) => provided.has(tag)))
        if (next === -1) break
        const [entry] = left.splice(next, 1)
        entry!.provides.forEach((tag) => provided.add(tag))
        chosen.push(entry!)
      }
      return chosen
    },
    hasReady: () => entries.values().some((entry) => entry.isReady),
    submitting: () => submitting,
    settle: (tried, { block, included, refusal }) => {
      for (const { hash } of tried.slice(0, included)) {
        const entry = entries.get(hash)
        if (!entry) continue
        entry.provides.forEach((tag) => recentTags.set(tag, block.number))
        say(entry, { inBlock: block.hash })
        leave(entry, { finalized: block.hash })
      }
      for (const [tag, number] of recentTags) {
        if (number < block.number - RECENT_BLOCKS) recentTags.delete(tag)
      }
      for (const entry of entries.values()) {
        entry.requires = entry.requires.filter((tag) => recentTags.get(tag) !== block.number)
      }

      const culprit = refusal && entries.get(tried[included]!.hash)
      // A full block is no fault of the transaction, unless it is full with it alone.
      const isFull = refusal?.reason === 'ExhaustsResources' && included > 0
      if (culprit && !isFull) leave(culprit, 'invalid')
      const oldest = now() - FUTURE_LIFETIME_MS
      markReady()
      for (const entry of entries.values()) {
        if (entry.validTill < BigInt(block.number)) leave(entry, 'invalid')
        else if (!entry.isReady && entry.arrivedAt < oldest) leave(entry, 'dropped')
      }
      markReady()
    },
    onReady: (listener) => {
      readyListeners.add(listener)
      return () => readyListeners.delete(listener)
    },
  }
}

/** Better priority first, then what is valid for a shorter time; the order of arrival stays among equals. */
function byUrgency(a: Entry, b: Entry): number {
  if (a.priority !== b.priority) return a.priority > b.priority ? -1 : 1
  if (a.validTill !== b.validTill) return a.validTill < b.validTill ? -1 : 1
  return 0
}

/** An extrinsic is bytes behind their length, and nothing after them. */
function checkFormat(extrinsic: Hex): void {
  try {
    const reader = new ScaleReader(extrinsic)
    reader.bytes()
    if (reader.isAtEnd) return
  } catch {
    // Reported below: too short and too long are one mistake to the sender.
  }
  throw new RpcError(
    1001,
    'Extrinsic has invalid format',
    'its length prefix does not fit its bytes',
  )
}

function refused({ kind, message }: Refusal): RpcError {
  if (kind === 'unknown') return new RpcError(1011, 'Unknown Transaction Validity', message)
  return new RpcError(1010, 'Invalid Transaction', message)
}

function tooLowPriority(): RpcError {
  return new RpcError(
    1014,
    'Priority is too low',
    'The transaction has too low priority to replace another transaction already in the pool.',
  )
}

function poolIsFull(): RpcError {
  const message = "The transaction couldn't enter the pool because of the limit"
  return new RpcError(1016, 'Immediately Dropped', message)
}
