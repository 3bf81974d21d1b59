/**
 * What can go wrong between this program and the chain. One base class, two branches by the only
 * question a caller has: may I try again? A call that ran and failed is not here; it is a value.
 */

type Facts = {
  /** A sentence: what would have worked. */
  remedy: string
  cause?: unknown
}

export abstract class ChainError extends Error {
  /** A sentence: what would have worked. */
  readonly remedy: string

  constructor(message: string, { remedy, cause }: Facts) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.remedy = remedy
  }
}

/** The same thing may work later. */
export abstract class TransientError extends ChainError {}
/** The same thing will fail again. */
export abstract class PermanentError extends ChainError {}

/** Nobody answers at the endpoint, or what answers does not speak JSON-RPC. */
export class ChainUnreachable extends TransientError {
  readonly endpoint: string

  constructor(endpoint: string, facts: Facts & { what: string }) {
    super(`No chain at ${endpoint}: ${facts.what}`, facts)
    this.endpoint = endpoint
  }
}

/** The connection went away and did not come back in time, or was closed here. */
export class ConnectionLost extends TransientError {
  readonly endpoint: string

  constructor(endpoint: string, facts: Facts & { what: string }) {
    super(`The connection to the chain at ${endpoint} is gone: ${facts.what}`, facts)
    this.endpoint = endpoint
  }
}

/** The endpoint answered a request with an error of its own. */
export class RequestFailed extends TransientError {
  readonly method: string
  readonly code: number

  constructor(method: string, code: number, facts: Facts & { what: string }) {
    super(`The chain answered ${method} with error ${code}: ${facts.what}`, facts)
    this.method = method
    this.code = code
  }
}

/** The endpoint serves another chain than the one expected. */
export class WrongChain extends PermanentError {
  readonly expected: string
  readonly actual: string

  constructor(endpoint: string, { expected, actual }: { expected: string; actual: string }) {
    super(`The chain at ${endpoint} has the genesis hash ${actual}, and ${expected} was expected`, {
      remedy: `Use the endpoint of the chain ${expected}, or data that belongs to ${actual}.`,
    })
    this.expected = expected
    this.actual = actual
  }
}

/** The chain's runtime lacks what this program needs of it. */
export class WrongRuntime extends PermanentError {}

/** A value of the chain has another shape than this program knows; `path` names the field. */
export class UnexpectedShape extends PermanentError {
  readonly path: string

  constructor(path: string, facts: Facts & { what: string }) {
    super(`${path}: ${facts.what}`, facts)
    this.path = path
  }
}

/** The endpoint does not have this block, or no longer its state. */
export class BlockUnavailable extends PermanentError {
  readonly block: number | string

  constructor(block: number | string, facts: Facts & { what: string }) {
    super(`Block ${block}: ${facts.what}`, facts)
    this.block = block
  }
}

/** A value that was passed in cannot be what it stands for; `field` names it. */
export class InvalidArgument extends PermanentError {
  readonly field: string
  readonly what: string

  constructor(field: string, facts: Facts & { what: string }) {
    super(`${field}: ${facts.what}`, facts)
    this.field = field
    this.what = facts.what
  }
}

export type NotAcceptedReason =
  /** The account cannot pay the fee. */
  | 'Payment'
  /** The nonce is used already. */
  | 'Stale'
  /** The nonce is ahead of the account's. */
  | 'Future'
  | 'BadSignature'
  /** The block it was bound to is too old. */
  | 'Expired'
  /** It does not fit into any block. */
  | 'TooLarge'
  /** The pool knows it already. */
  | 'AlreadySent'
  /** Another one with this nonce is in the pool and pays as much. */
  | 'PriorityTooLow'
  | 'PoolFull'
  /** The runtime does not let this account call this now. */
  | 'Call'
  | 'Other'

/** The chain's pool refused the transaction: it did not run and will not. */
export class NotAccepted extends PermanentError {
  readonly reason: NotAcceptedReason

  constructor(reason: NotAcceptedReason, facts: Facts & { what: string }) {
    super(`The chain did not take the transaction: ${facts.what}`, facts)
    this.reason = reason
  }
}

/**
 * The transaction was sent and its fate was not seen. `mayHaveLanded` says whether it can be in a
 * block, or still get into one: look at the chain before sending it again.
 */
export class Unconfirmed extends TransientError {
  readonly extrinsicHash: string
  readonly mayHaveLanded: boolean

  constructor(extrinsicHash: string, facts: Facts & { what: string; mayHaveLanded: boolean }) {
    super(`The transaction ${extrinsicHash} is not confirmed: ${facts.what}`, facts)
    this.extrinsicHash = extrinsicHash
    this.mayHaveLanded = facts.mayHaveLanded
  }
}
