/** What one block counts for at most on the chain's clock (docs/chain.md, clock). */
const MAX_STEP_MS = 60_000

type Reading = { height: number; timestampMs: number; chainMs: number }

/**
 * Where the chain's clock stands after a block, from where it stood after the block before. It starts with the first
 * block's timestamp, and has no events: every block moves it.
 */
export function chainClock(
  before: Reading | null,
  { height, timestampMs }: { height: number; timestampMs: number },
): number {
  if (before === null || height === 0) return 0
  if (before.height === 0) return timestampMs
  const step = Math.max(timestampMs - before.timestampMs, 0)
  return before.chainMs + Math.min(step, MAX_STEP_MS)
}
