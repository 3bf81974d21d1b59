import { setTimeout as delay } from 'node:timers/promises'
import type { Chain } from '@covenant/chain-client'
import { type Database, migrate, openDatabase } from '@covenant/schema/db'
import { INDEXER_RUNS } from '@covenant/schema/indexer-lock'
import type { Log } from '@covenant/service'
import { indexUntil } from '../index-until.ts'
import { checkSameChain } from '../same-chain.ts'
import { readKnown } from '../stores/blocks.ts'
import { type Head, readHead } from '../stores/head.ts'
import { besideUrl, dropBeside, makeBeside, takeOver } from './beside.ts'

/** Another reindex is at work on the same database. */
export class AlreadyReindexing extends Error {
  override name = 'AlreadyReindexing'
}

export type ReindexOptions = {
  chain: Chain
  /** The database's connection string. */
  url: string
  log: Log
  signal: AbortSignal
  /** Told how far the new index is, and of how many blocks. */
  onProgress?: ((progress: { height: number; of: number }) => void) | undefined
}

/** Two numbers of our own among PostgreSQL's advisory locks; the indexer's is [.., 1]. */
const LOCK = [0x636f76, 2]
const RETRY_MS = 100

/**
 * Reads the whole chain anew, beside the rows that are read meanwhile, and puts the new tables in their
 * place at once when they have come as far. An indexer that runs goes on with the new ones.
 *
 * Returns the new rows' head. Throws {@link AlreadyReindexing}, `AnotherChain` where the rows are of
 * another chain than the endpoint's, or what the indexer throws; and `signal.reason` when it aborts.
 * Whatever it throws, the live rows were not touched; what was built is dropped, then or by the next run.
 */
export async function reindex({
  chain,
  url,
  log,
  signal,
  onProgress,
}: ReindexOptions): Promise<Head> {
  await migrate(url)
  const live = openDatabase(url, { connections: 2 })
  const beside = openDatabase(besideUrl(url), { connections: 2, pipeline: true })
  const lock = await live.pool.connect()
  try {
    const { rows } = await lock.query<{ held: boolean }>(
      'SELECT pg_try_advisory_lock($1, $2) AS held',
      LOCK,
    )
    if (!rows[0]?.held) {
      throw new AlreadyReindexing(
        'this database is being indexed anew already; wait until that ends',
      )
    }
    const head = await readHead(live.pool)
    const known = head && (await readKnown(live.pool, head))
    if (head !== null && known !== null) {
      const rows = { ...known.final, genesisHash: head.genesisHash }
      await checkSameChain({ chain, rows, signal, log })
    }
    await makeBeside(live.pool)
    try {
      return await buildAndTakeOver({ chain, live, beside, log, signal, onProgress })
    } catch (error) {
      await dropBeside(live.pool)
      throw error
    }
  } finally {
    lock.release(true)
    await beside.close()
    await live.close()
  }
}

type Build = Omit<ReindexOptions, 'url'> & { live: Database; beside: Database }

async function buildAndTakeOver(options: Build): Promise<Head> {
  const { chain, live, beside, log, signal, onProgress } = options
  for (;;) {
    const of = (await readHead(live.pool))?.height ?? (await chain.finalizedHead()).height
    const built = await indexUntil(of, {
      ...{ chain, pool: beside.pool, log, signal },
      onHead: ({ height }) => onProgress?.({ height, of }),
    })
    if (await comesInPlace(live, signal)) return built
    log.debug('the rows have gone on', { built: built.height })
  }
}

/** Tries until it is done, and then returns true; false where the live rows have come further meanwhile. */
async function comesInPlace({ pool }: Database, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    // An indexer that runs stops when the head is not where it left it, so it is waited for.
    const { rows } = await pool.query<{ runs: boolean }>(`SELECT ${INDEXER_RUNS} AS runs`)
    const outcome = await takeOver(pool, { evenAhead: !rows[0]?.runs })
    if (outcome === 'done' || outcome === 'behind') return outcome === 'done'
    await delay(RETRY_MS, undefined, { signal })
  }
}
