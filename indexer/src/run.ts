import type { Block, Chain } from '@covenant/chain-client'
import type { Log } from '@covenant/service'
import type { Pool } from 'pg'
import { commit } from './commit.ts'
import { createQueue, type Queue } from './queue.ts'
import { checkSameChain } from './same-chain.ts'
import { type Head, readHead } from './stores/head.ts'
import type { OnStatement } from './stores/transaction.ts'

/** The most blocks in one transaction: some seconds of work, so that a stop is quick and progress shows. */
const MAX_BATCH = 200

export type RunOptions = {
  chain: Chain
  pool: Pool
  log: Log
  signal: AbortSignal
  /** Told once that the rows are known to be this chain's, before the first block is written. */
  onStart?: (head: Head | null) => void
  /** Told of each head that was written, with what. */
  onHead?: (head: Head, written: { blocks: number; finalizedHeight: number }) => void
  /** Told of each statement to the database, by its text, and how long it took. */
  onStatement?: OnStatement
}

/**
 * Mirrors the chain into the database, block by block from where the rows end, until `signal` aborts.
 *
 * Throws `AnotherChain` before a row is touched, `SecondWriter`, `Inconsistent`, or what chain and database throw.
 * Whatever happens, the rows are those of the head that they name.
 */
export async function runIndexer(options: RunOptions): Promise<void> {
  const { chain, pool, log, signal, onStart } = options
  const head = await readHead(pool)
  if (head !== null) await checkSameChain({ chain, head, signal, log })
  onStart?.(head)

  const queue = createQueue<Block>(MAX_BATCH)
  // The first of the two that fails stops the other.
  const failing = new AbortController()
  const stop = AbortSignal.any([signal, failing.signal])
  const fail = (error: unknown) => {
    failing.abort()
    queue.end()
    throw error
  }
  await Promise.all([
    fetchBlocks(chain, { from: head === null ? 0 : head.height + 1, signal: stop, queue }).catch(
      fail,
    ),
    commitBlocks({ ...options, head, queue }).catch(fail),
  ])
}

type Fetch = { from: number; signal: AbortSignal; queue: Queue<Block> }

async function fetchBlocks(chain: Chain, { from, signal, queue }: Fetch): Promise<void> {
  for await (const block of chain.follow({ from, signal })) await queue.put(block)
  queue.end()
}

type Commit = Omit<RunOptions, 'onStart'> & { head: Head | null; queue: Queue<Block> }

async function commitBlocks({
  chain,
  pool,
  log,
  signal,
  onHead,
  onStatement,
  head,
  queue,
}: Commit): Promise<void> {
  let finalizedHeight = 0
  const stopWatching = chain.watchFinalized(({ height }) => (finalizedHeight = height))
  try {
    let from = head
    for (let blocks = await queue.takeAll(); blocks !== null; blocks = await queue.takeAll()) {
      const { decodeCall } = chain
      from = await commit({ pool, from, blocks, finalizedHeight, decodeCall, onStatement })
      onHead?.(from, {
        blocks: blocks.length,
        finalizedHeight: Math.max(finalizedHeight, from.height),
      })
      log.debug('wrote blocks', { count: blocks.length, height: from.height })
      if (signal.aborted) return
    }
  } finally {
    stopWatching()
  }
}
