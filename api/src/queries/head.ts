/** The block that the rows are of, and what the indexer knows of the chain beyond it. */
export type Head = {
  genesis_hash: string
  height: number
  hash: string
  /** The block's timestamp. */
  timestamp_ms: number
  /** The chain's own clock after that block: what every deadline is measured by. */
  chain_ms: number
  finalized_height: number
  /** Another one once the chain was indexed anew: the rows need not be what they were at this block. */
  index_id: number
}

/** One row, or none while nothing is indexed. */
export const headQuery =
  'select genesis_hash, height, hash, timestamp_ms, chain_ms, finalized_height, tableoid::bigint as index_id from head'

/** How long the rows have been behind the wall clock; a clock that runs slow here is not a lag. */
export function lagSeconds(head: Head, nowMs = Date.now()): number {
  return Math.max(0, Math.floor((nowMs - head.timestamp_ms) / 1000))
}
