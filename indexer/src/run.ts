import type { Advance, Chain, KnownChain } from '@covenant/chain-client'
import type { Log } from '@covenant/service'
import type { Pool } from 'pg'
import { commit } from './commit.ts'
import { createQueue, type Queue } from './queue.ts'
import { checkSameChain } from './same-chain.ts'
import { readKnown } from './stores/blocks.ts'
import { type Head, readHead } from './stores/head.ts'
import type { OnStatement } from './stores/transaction.ts'

/** The most steps of the chain in one transaction: some seconds of work, so that a stop is quick and progress shows. */
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
 * Mirrors the chain into the database, block by block from where the rows end, until `signal` aborts. Blocks that are
 * not final yet are among the rows: what another branch replaces is undone.
 *
 * Throws `AnotherChain` before a row is touched, `SecondWriter`, `Inconsistent`, or what chain and database throw.
 * Whatever happens, the rows are those of the head that they name.
 */
export async function runIndexer(options: RunOptions): Promise<void> {
  const { chain, pool, log, signal, onStart } = options
  const head = await readHead(pool)
  const known = head && (await readKnown(pool, head))
  if (head !== null && known !== null) {
    const rows = { ...known.final, genesisHash: head.genesisHash }
    await checkSameChain({ chain, rows, signal, log })
  }
  onStart?.(head)

  const queue = createQueue<Advance>(MAX_BATCH)
  // The first of the two that fails stops the other.
  const failing = new AbortController()
  const stop = AbortSignal.any([signal, failing.signal])
  const fail = (error: unknown) => {
    failing.abort()
    queue.end()
    throw error
  }
  await Promise.all([
    fetchBlocks(chain, { known: known ?? NOTHING, signal: stop, queue }).catch(fail),
    commitBlocks({ ...options, head, queue }).catch(fail),
  ])
}

const NOTHING: KnownChain = { final: null, open: [] }

type Fetch = { known: KnownChain; signal: AbortSignal; queue: Queue<Advance> }

async function fetchBlocks(chain: Chain, { known, signal, queue }: Fetch): Promise<void> {
  for await (const advance of chain.followBest({ known, signal })) await queue.put(advance)
  queue.end()
}

type Commit = Omit<RunOptions, 'onStart'> & { head: Head | null; queue: Queue<Advance> }

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
  let from = head
  for (let steps = await queue.takeAll(); steps !== null; steps = await queue.takeAll()) {
    const { decodeCall } = chain
    const advance = steps.reduce(together)
    const { blocks, ancestor, finalizedHeight } = advance
    if (from !== null && ancestor < from.height) {
      log.info('another branch is the best now', { from: from.height, ancestor })
    }
    from = await commit({ pool, from, ...advance, decodeCall, onStatement })
    onHead?.(from, { blocks: blocks.length, finalizedHeight })
    log.debug('wrote blocks', { count: blocks.length, height: from.height })
    if (signal.aborted) return
  }
}

/** Two steps as one: what the second undoes of the first need not be written at all. */
function together(first: Advance, { ancestor, blocks, finalizedHeight }: Advance): Advance {
  const kept = first.blocks.filter(({ height }) => height <= ancestor)
  return {
    ancestor: Math.min(first.ancestor, ancestor),
    blocks: [...kept, ...blocks],
    finalizedHeight,
  }
}
