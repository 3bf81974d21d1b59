import type { ApiPromise } from '@polkadot/api'
import type { Blocks } from './blocks.ts'
import { ConnectionLost, NotAccepted, Unconfirmed, UnexpectedShape } from './errors.ts'
import { lastBlockOf, MORTAL_PERIOD, type SignedExtrinsic, signExtrinsic } from './extrinsic.ts'
import type { Heads } from './heads.ts'
import { createTurns } from './turns.ts'
import { createNonces, type Nonces } from './nonces.ts'
import { notAccepted, refusal } from './refusal.ts'
import type { Rpc } from './rpc.ts'
import type {
  Block,
  Call,
  Chain,
  Head,
  Hex,
  Outcome,
  SignedTransaction,
  Signer,
  SubmitOptions,
} from './types.ts'

export type SubmitDeps = {
  api: ApiPromise
  rpc: Rpc
  heads: Heads
  blocks: Blocks
  follow: Chain['follow']
}

type Submitting = SubmitDeps & {
  /** The block in which something landed. */
  landedIn: (hash: Hex) => Promise<Block>
}

/** Another program may use the same account: its transaction can take the nonce first. */
const MAX_ATTEMPTS = 3

type Sent = { hash: Hex; landed: Promise<Hex>; abandon: () => void }

export function createSubmit(deps: SubmitDeps): Pick<Chain, 'submit' | 'submitSigned'> {
  const submitting = { ...deps, landedIn: keepLast(deps.blocks.get) }
  const turns = createTurns()
  const nonces = createNonces(deps.api)

  return {
    submit: async (call, signer, options = {}) => {
      options.signal?.throwIfAborted()
      return landing(
        submitting,
        turns.take(signer.address, () => send(deps, { nonces, call, signer, ...options })),
        options,
      )
    },
    submitSigned: async (signed, options = {}) => {
      options.signal?.throwIfAborted()
      return landing(submitting, sendSigned(deps, signed, options), options)
    },
  }
}

/** Of what is submitted together, hundreds land in one block, which takes a while to decode. */
function keepLast(get: (hash: Hex) => Promise<Block>): Submitting['landedIn'] {
  let last: { hash: Hex; block: Promise<Block> } | undefined
  return (hash) => {
    if (last?.hash !== hash) {
      const block = get(hash)
      last = { hash, block }
      // What failed is asked for again by the next.
      block.catch(() => {
        if (last?.block === block) last = undefined
      })
    }
    return last.block
  }
}

async function landing(deps: Submitting, sending: Promise<Sent>, options: SubmitOptions) {
  try {
    return await unlessAborted(options.signal, land(deps, sending, options))
  } finally {
    sending.then(
      (sent) => sent.abandon(),
      () => {},
    )
  }
}

/** The bytes as they are: what signed them elsewhere chose nonce and lifetime. */
async function sendSigned(
  deps: SubmitDeps,
  signed: SignedTransaction,
  { onStatus }: SubmitOptions,
): Promise<Sent> {
  const { height: birth } = await deps.heads.finalized()
  const death = lastBlockOf(deps.api, signed.hex, birth)
  const watched = await watch(deps, { signed, birth, death, onStatus })
  return { hash: signed.hash, ...watched }
}

/** Rejects with the signal's reason as soon as it aborts. */
async function unlessAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal?.removeEventListener('abort', abort)
    work.catch(() => {})
  }
}

async function land(deps: Submitting, sending: Promise<Sent>, { onStatus }: SubmitOptions) {
  const { hash, landed } = await sending
  onStatus?.({ type: 'sent', extrinsicHash: hash })
  const blockHash = await landed
  const outcome = outcomeOf(await deps.landedIn(blockHash), hash)
  const { blockHeight, extrinsicHash } = outcome
  onStatus?.({ type: 'finalized', extrinsicHash, blockHash, blockHeight })
  return outcome
}

type Submission = { nonces: Nonces; call: Call; signer: Signer } & SubmitOptions

/** Signs and sends; resolves once the pool has it, so that the next nonce counts it. */
async function send(deps: SubmitDeps, submission: Submission): Promise<Sent> {
  const { nonces, call, signer, onStatus, signal } = submission
  for (let attempt = 1; ; attempt++) {
    const [birth, nonce] = await Promise.all([deps.heads.finalized(), nonces.next(signer.address)])
    const signed = await signExtrinsic({ api: deps.api, call, signer, birth, nonce })
    // Nothing was sent so far, and so nothing is.
    signal?.throwIfAborted()
    await onStatus?.({ type: 'signed', extrinsicHash: signed.hash, nonce })
    try {
      const life = { birth: birth.height, death: birth.height + MORTAL_PERIOD }
      const watched = await watch(deps, { signed, ...life, onStatus })
      nonces.sent(signer.address, nonce)
      const abandon = () => {
        nonces.settled(signer.address, nonce)
        watched.abandon()
      }
      return { hash: signed.hash, landed: watched.landed, abandon }
    } catch (error) {
      const raced = error instanceof NotAccepted && error.reason === 'Stale'
      if (!raced || attempt === MAX_ATTEMPTS) throw await nameExpiry(deps, birth, error)
    }
  }
}

/** A signature is bound to the block it begins at; one that is too old looks like a wrong one. */
async function nameExpiry({ heads }: SubmitDeps, birth: Head, error: unknown): Promise<unknown> {
  if (!(error instanceof NotAccepted) || error.reason !== 'BadSignature') return error
  const { height } = await heads.finalized()
  return height >= birth.height + MORTAL_PERIOD ? notAccepted('Expired', error) : error
}

type Watching = Pick<SubmitOptions, 'onStatus'> & {
  signed: SignedExtrinsic
  birth: number
  death: number
}

/**
 * Watches a transaction until it is in a finalised block or can no longer get into one.
 *
 * The pool's own word is the quick way and may be lost with the connection, or with the chain's
 * process and its pool. Then the same bytes are sent again, which can do no harm, and the blocks
 * themselves are searched from the transaction's birth to its death.
 */
async function watch(deps: SubmitDeps, { signed, birth, death, onStatus }: Watching) {
  const { rpc, heads } = deps
  const landed = Promise.withResolvers<Hex>()
  // Whoever submitted may have stopped waiting.
  landed.promise.catch(() => undefined)
  const abandoned = new AbortController()
  let unsubscribe = () => {}
  let searching = false

  const unconfirmed = (what: string, mayHaveLanded: boolean, cause?: unknown) =>
    new Unconfirmed(signed.hash, {
      what,
      mayHaveLanded,
      remedy: mayHaveLanded
        ? `Look for it on the chain: after block ${death} it can no longer land.`
        : 'It did not run: submit the call again.',
      cause,
    })

  async function subscribe() {
    unsubscribe = await rpc.sendExtrinsic({
      hex: signed.hex,
      onStatus: (status) => onPoolStatus(status),
      onLost: () => void recover(),
    })
    if (abandoned.signal.aborted) unsubscribe()
  }

  function onPoolStatus(message: unknown) {
    if (message === 'dropped') {
      return landed.reject(unconfirmed('the pool was full and dropped it', true))
    }
    if (message === 'invalid' || has(message, 'invalid')) {
      return landed.reject(unconfirmed('it became invalid before it got into a block', false))
    }
    if (has(message, 'usurped')) {
      return landed.reject(unconfirmed('another transaction took its nonce', true))
    }
    if (has(message, 'inBlock')) {
      onStatus?.({ type: 'inBlock', extrinsicHash: signed.hash, blockHash: message.inBlock as Hex })
    }
    if (has(message, 'finalized')) landed.resolve(message.finalized as Hex)
  }

  async function search() {
    if (searching) return
    searching = true
    try {
      for await (const block of deps.follow({ from: birth + 1, signal: abandoned.signal })) {
        if (block.extrinsics.some(({ hash }) => hash === signed.hash))
          return landed.resolve(block.hash)
        if (block.height >= death) {
          return landed.reject(unconfirmed(`its life of ${death - birth} blocks is over`, false))
        }
      }
    } catch (error) {
      landed.reject(unconfirmed('the chain can no longer be asked', true, error))
    }
  }

  async function recover() {
    void search()
    while (!abandoned.signal.aborted && rpc.closedBy() === null) {
      try {
        return await subscribe()
      } catch (error) {
        // Refused, because the pool or the chain has it: the search will tell.
        if (!(error instanceof ConnectionLost)) return
      }
    }
  }

  try {
    await subscribe()
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw refusal(error)
    void recover()
  }

  // A pool that forgot its watcher says nothing; the head goes on all the same.
  const stopHeads = heads.watch({ onHead: ({ height }) => height >= death && void search() })

  return {
    landed: landed.promise,
    abandon() {
      abandoned.abort()
      stopHeads()
      unsubscribe()
    },
  }
}

const has = <Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> =>
  typeof value === 'object' && value !== null && key in value

function outcomeOf(block: Block, extrinsicHash: Hex): Outcome {
  const extrinsic = block.extrinsics.find(({ hash }) => hash === extrinsicHash)
  if (extrinsic === undefined) {
    throw new UnexpectedShape(`block ${block.height}`, {
      what: `it lacks the extrinsic ${extrinsicHash} that the chain says is in it`,
      remedy: 'This endpoint does not serve one chain: use another.',
    })
  }
  const { index, fee, error } = extrinsic
  const executed = {
    blockHeight: block.height,
    blockHash: block.hash,
    extrinsicIndex: index,
    extrinsicHash,
    fee,
    events: block.events.filter((event) => event.extrinsicIndex === index),
  }
  return error === null ? { ok: true, ...executed } : { ok: false, error, ...executed }
}
