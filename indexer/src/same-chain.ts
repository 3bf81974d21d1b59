import type { Chain, Head as ChainHead } from '@covenant/chain-client'
import type { Log } from '@covenant/service'
import { AnotherChain } from './errors.ts'
import type { Head } from './stores/head.ts'

const REMEDY =
  'begin anew (--fresh), name another database (DATABASE_URL), or use the endpoint of the chain that the rows are of'

export type SameChainOptions = { chain: Chain; head: Head; signal: AbortSignal; log: Log }

/**
 * Sees to it that the rows up to `head` are of this very chain: by its genesis hash, and by its hash at that height.
 * An endpoint that has not come as far yet is waited for. Throws {@link AnotherChain}.
 */
export async function checkSameChain({
  chain,
  head,
  signal,
  log,
}: SameChainOptions): Promise<void> {
  if (chain.genesisHash !== head.genesisHash) {
    throw new AnotherChain(
      `the rows are of the chain ${head.genesisHash}, and ${chain.endpoint} serves ${chain.genesisHash}; ${REMEDY}`,
    )
  }
  const finalized = await chain.finalizedHead()
  if (finalized.height < head.height) {
    log.warn('the chain is behind the rows; waiting', {
      chain: finalized.height,
      rows: head.height,
    })
    await untilFinalized(chain, head.height, signal)
  }
  const { hash } = await chain.block(head.height)
  if (hash === head.hash) return
  throw new AnotherChain(
    `the rows end with block ${head.height} (${head.hash}), and ${chain.endpoint} has ${hash} at that height; ${REMEDY}`,
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
