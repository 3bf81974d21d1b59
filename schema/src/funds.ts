/**
 * What a contract owes and how long its escrow lasts, as the runtime has it (`Settlement` in
 * chain/pallets/contracts). Both are held against the same vectors.
 *
 * Amounts are of the smallest unit. Times are chain seconds, but for the readings of a node's live
 * clock, which are seconds of its presence.
 */

export type NodeClock = {
  state: string
  /** The live clock as the last heartbeat left it. */
  live: number
  lastSeen: number | null
}

/** Now, and the seconds for which a node counts as present after a heartbeat. */
export type Moment = { now: number; window: number }

/**
 * The reading of a node's live clock at `now`: what the last heartbeat left, and the time since, of
 * which no more than `window` counts. A retired node's clock stands still.
 */
export function liveAt({ live, lastSeen, state }: NodeClock, { now, window }: Moment): number {
  if (lastSeen === null || state === 'Retired') return live
  return live + Math.min(Math.max(now - lastSeen, 0), window)
}

export type Account<State extends string> = {
  state: State
  /** Of what runs; null where nothing does. */
  rate: bigint | null
  escrow: bigint
  /** The reading of the live clock that it is paid up to. */
  settledAt: number
}

export type Funds<State extends string> = {
  /** Owed to the operator by now; no more than the escrow. */
  due: bigint
  /** The state once that is paid. */
  state: State | 'Suspended'
  /**
   * The second in which the escrow is used up if the node is there without a break; later if it is
   * not. Null where nothing accrues any more, or what accrues never gets there.
   */
  fundedUntil: bigint | null
}

const MAX_U64 = 2n ** 64n - 1n

/** What settling a contract at `now` comes to, and how long it goes on from there. */
export function fundsAt<State extends string>(
  { state, rate, escrow, settledAt }: Account<State>,
  node: NodeClock,
  moment: Moment,
): Funds<State> {
  if (state !== 'Running' || rate === null) return { due: 0n, state, fundedUntil: null }
  const live = liveAt(node, moment)
  const accrued = rate * BigInt(Math.max(live - settledAt, 0))
  if (rate > 0n && accrued >= escrow) return { due: escrow, state: 'Suspended', fundedUntil: null }
  // A price of nothing is due nothing, whatever the escrow.
  const due = accrued < escrow ? accrued : escrow
  if (rate === 0n || node.state === 'Retired') return { due, state, fundedUntil: null }
  const usedUpAt = BigInt(settledAt) + (escrow + rate - 1n) / rate
  const until = BigInt(moment.now) + usedUpAt - BigInt(live)
  // No clock of the chain reads more.
  const isReached = usedUpAt <= MAX_U64 && until <= MAX_U64
  return { due, state, fundedUntil: isReached ? until : null }
}
