import { NotAccepted, type NotAcceptedReason, RequestFailed } from './errors.ts'

/**
 * What the pool says when it does not take a transaction, in our words.
 *
 * Nodes answer with a code and a sentence, or with the runtime's own `TransactionValidityError` as
 * JSON; both name the reason in one of few ways. Any other error is returned as it is.
 */
export function refusal(error: unknown): unknown {
  if (!(error instanceof RequestFailed) || !POOL_CODES.has(error.code)) return error
  const [reason] = REASONS.find(([, pattern]) => pattern.test(error.message)) ?? [
    BY_CODE[error.code] ?? 'Other',
  ]
  return notAccepted(reason, error)
}

export const notAccepted = (reason: NotAcceptedReason, cause: Error) =>
  new NotAccepted(reason, { ...WORDS[reason], what: WORDS[reason].what || cause.message, cause })

/** 1010 to 1018 are the pool's own; 1002 is how a runtime's refusal to verify arrives. */
const POOL_CODES = new Set([1002, 1010, 1011, 1012, 1013, 1014, 1015, 1016, 1017, 1018])

const BY_CODE: Record<number, NotAcceptedReason> = {
  1012: 'AlreadySent',
  1013: 'AlreadySent',
  1014: 'PriorityTooLow',
  1016: 'PoolFull',
}

const REASONS: [NotAcceptedReason, RegExp][] = [
  ['Payment', /payment|pay some fees/i],
  ['Stale', /stale|outdated/i],
  ['Future', /future/i],
  ['BadSignature', /bad ?proof|bad signature|bad ?signer/i],
  ['Expired', /ancient/i],
  ['TooLarge', /exhaust/i],
  ['AlreadySent', /already imported|temporarily banned/i],
  ['PriorityTooLow', /priority is too low/i],
  ['PoolFull', /immediately dropped/i],
  ['Call', /call is not expected|"call"|\bcall\b.*null/i],
]

const WORDS: Record<NotAcceptedReason, { what: string; remedy: string }> = {
  Payment: {
    what: 'the account cannot pay its fee',
    remedy:
      "An account with enough free balance would have been let in; an agent's call is free only while it would succeed.",
  },
  Stale: {
    what: "its nonce is used: another program signs with this account's key",
    remedy: 'Submit it again; it gets the next nonce.',
  },
  Future: {
    what: "its nonce is ahead of the account's",
    remedy: 'Submit what comes before it first, or again, for the next nonce.',
  },
  BadSignature: {
    what: 'its signature does not fit the account, this chain or this version of its runtime',
    remedy:
      "The account's own key on this very chain would have signed it; connect anew after an upgrade.",
  },
  Expired: {
    what: 'the block it was signed at is too old',
    remedy: 'Signed and sent within 64 blocks, it would have been taken: submit it again.',
  },
  TooLarge: {
    what: 'it does not fit into any block',
    remedy: 'A smaller call, or a batch in parts, would have fit.',
  },
  AlreadySent: {
    what: 'the pool has seen this very transaction',
    remedy: 'Wait for the one that was sent, or submit again for a new nonce.',
  },
  PriorityTooLow: {
    what: 'another transaction of this account, or the same free call, waits in its place',
    remedy: 'Wait until that one is in a block.',
  },
  PoolFull: { what: 'the pool is full', remedy: 'Submit it again later.' },
  Call: {
    what: 'the runtime does not let this account make this call now',
    remedy: 'A call that this account may make in the present state would have been taken.',
  },
  Other: { what: '', remedy: 'The chain that refused it says what it wants, above.' },
}
