import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@covenant/service'
import type { Chain } from './chain.ts'
import type { Pool } from './pool.ts'
import type { StoredBlock } from './store.ts'

/** Decides when a block is built, of what, and with which time. */
export type Author = {
  /** Builds one block now of what is ready, and returns it. */
  produce(): Promise<StoredBlock>
  /** Moves the chain's clock ahead of the wall clock, from the next block on. */
  travel(milliseconds: number): void
  /** Builds no more; resolves when a block that is being built is done. */
  stop(): Promise<void>
}

export type AuthorOptions = {
  chain: Chain
  pool: Pool
  log: Log
  /**
   * How long the chain stands still when there is nothing to put into a block.
   * @default 6000
   */
  idleMs?: number
}

/** More would make one block last for seconds; the rest goes into the next one. */
const MAX_PER_BLOCK = 256

/**
 * What is sent together is judged one by one, which takes longer than building a block: waiting this
 * long for the others saves most of the blocks.
 */
const GATHER_MS = 500

/** Between attempts when a block cannot be built. */
const RETRY_MS = 1_000

export function createAuthor({ chain, pool, log, idleMs = 6_000 }: AuthorOptions): Author {
  const stopping = new AbortController()
  let aheadMs = 0
  let wake = () => {}

  const produce = async (): Promise<StoredBlock> => {
    const time = await nextTime(chain, () => Date.now() + aheadMs)
    const tried = pool.ready(MAX_PER_BLOCK)
    const transactions = tried.map(({ extrinsic }) => extrinsic)
    const built = await chain.extend({ ...time, transactions })
    pool.settle(tried, built)
    const { number, hash } = built.block
    log.debug('block', { number, hash, transactions: built.included })
    if (built.refusal) log.debug('transaction refused in a block', built.refusal)
    return built.block
  }

  let producing: Promise<unknown> = Promise.resolve()
  const produceInTurn = (): Promise<StoredBlock> => {
    const produced = producing.then(produce)
    producing = produced.catch(() => {})
    return produced
  }

  /** Waits until there is a reason to build a block. */
  const nextReason = async (): Promise<void> => {
    const idleUntil = performance.now() + idleMs
    await until(() => pool.hasReady(), idleUntil)
    if (pool.hasReady()) {
      await until(() => pool.submitting() === 0, performance.now() + GATHER_MS)
    }
  }
  const until = async (condition: () => boolean, deadline: number): Promise<void> => {
    while (!condition() && !stopping.signal.aborted) {
      const left = deadline - performance.now()
      if (left <= 0) return
      const woken = Promise.withResolvers<void>()
      wake = woken.resolve
      const timer = setTimeout(woken.resolve, left)
      await woken.promise
      clearTimeout(timer)
    }
  }
  const forget = pool.onReady(() => wake())
  stopping.signal.addEventListener('abort', () => wake())

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await nextReason()
        if (!stopping.signal.aborted) await produceInTurn()
      } catch (error) {
        log.error('no block could be built', { error })
        await sleep(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
  }
  const running = run()

  return {
    produce: produceInTurn,
    travel: (milliseconds) => {
      aheadMs += milliseconds
    },
    stop: async () => {
      forget()
      stopping.abort()
      await running
      await producing
    },
  }
}

/**
 * The time of the next block. Aura wants each block in a slot later than its parent's: where the
 * parent's slot is the present one, this waits for the next. A wall clock that was set back, however
 * far, costs no more than that one slot: the chain's time then goes on slot by slot, and never back.
 */
export async function nextTime(
  chain: Pick<Chain, 'slotDurationMs' | 'timestampMs'>,
  now: () => number,
): Promise<{ timestampMs: number; slot: number }> {
  const slotMs = await chain.slotDurationMs()
  const earliest = (Math.floor(chain.timestampMs() / slotMs) + 1) * slotMs
  const early = earliest - now()
  if (early > 0) await sleep(Math.min(early, slotMs))
  const timestampMs = Math.max(now(), earliest)
  return { timestampMs, slot: Math.floor(timestampMs / slotMs) }
}
