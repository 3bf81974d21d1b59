import type { Chain, Head as ChainHead } from '@covenant/chain-client'
import type { Log } from '@covenant/service'
import { AnotherChain } from './errors.ts'

const REMEDY =
  'begin anew (--fresh), name another database (DATABASE_URL), or use the endpoint of the chain that the rows are of'

export type SameChainOptions = {
  chain: Chain
  /** The last block in the rows that was final, and the chain's genesis. */
  rows: ChainHead & { genesisHash: string }
  signal: AbortSignal
  log: Log
}

/**
 * Sees to it that the rows are of this very chain: by its genesis hash, and by its hash at the last height that was
 * final. An endpoint that has not come as far yet is waited for. Throws {@link AnotherChain}.
 */
export async function checkSameChain({
  chain,
  rows,
  signal,
  log,
}: SameChainOptions): Promise<void> {
  if (chain.genesisHash !== rows.genesisHash) {
    throw new AnotherChain(
      `the rows are of the chain ${rows.genesisHash}, and ${chain.endpoint} serves ${chain.genesisHash}; ${REMEDY}`,
    )
  }
  const finalized = await chain.finalizedHead()
  if (finalized.height < rows.height) {
    log.warn('the chain is behind the rows; waiting', {
      chain: finalized.height,
      rows: rows.height,
    })
    await untilFinalized(chain, rows.height, signal)
  }
  const { hash } = await chain.block(rows.height)
  if (hash === rows.hash) return
  throw new AnotherChain(
    `the rows end with block ${rows.height} (${rows.hash}), and ${chain.endpoint} has ${hash} at that height; ${REMEDY}`,
  )
}

async function untilFinalized(chain: Chain, height: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const giveUp = () => reject(signal.reason)
  signal.addEventListener('abort', giveUp, { once: true })
  const stop = chain.watchFinalized((head: ChainHead) => {
    if (head.height >= height) resolve()
  })
  try {
    await promise
  } finally {
    stop()
    signal.removeEventListener('abort', giveUp)
  }
}
