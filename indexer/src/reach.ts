import { setTimeout as wait } from 'node:timers/promises'
import { type Chain, connect, TransientError } from '@covenant/chain-client'
import type { Log } from '@covenant/service'

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 5_000

export type ReachOptions = { endpoint: string; signal: AbortSignal; log: Log }

/** Connects to the chain however long it takes to come up, and says once that it waits. */
export async function reachChain({ endpoint, signal, log }: ReachOptions): Promise<Chain> {
  let said = false
  for (let pause = FIRST_WAIT_MS; ; pause = Math.min(pause * 2, LONGEST_WAIT_MS)) {
    try {
      const chain = await connect({ endpoint, signal })
      if (said) log.info('the chain answers', { endpoint })
      return chain
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
      if (!said) log.warn('waiting for the chain', { endpoint, reason: error.message })
      said = true
    }
    await wait(pause, undefined, { signal })
  }
}
