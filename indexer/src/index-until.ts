import { type RunOptions, runIndexer } from './run.ts'
import type { Head } from './stores/head.ts'

/**
 * Runs the indexer until it has written the block `height`, one step at least, and returns the head that it came to.
 * Throws `signal.reason` where that aborts before, and what {@link runIndexer} throws.
 */
export async function indexUntil(
  height: number,
  { signal, onHead, ...options }: RunOptions,
): Promise<Head> {
  const reached = new AbortController()
  let last: Head | null = null
  await runIndexer({
    ...options,
    signal: AbortSignal.any([signal, reached.signal]),
    onHead: (head, written) => {
      last = head
      onHead?.(head, written)
      if (head.height >= height) reached.abort()
    },
  })
  signal.throwIfAborted()
  if (last === null) throw new Error('the chain has no block to index')
  return last
}
