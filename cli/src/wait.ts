import type { Chain } from '@covenant/chain-client'
import type { Context } from './context.ts'
import { CliError } from './errors.ts'
import { EXIT } from './exit-codes.ts'

export type Limits = {
  timeoutSeconds: number
  /** The command that looks again, for whoever stops waiting. */
  resume: string
  /** What a terminal shows meanwhile. */
  what: string
  context: Context
}

/**
 * Works until it has found something, and returns that; or undefined once the time is over, which
 * the signal tells. Ctrl-C ends the waiting, never what is on chain.
 *
 * @throws CliError with code 130 that says how to go on, after Ctrl-C
 */
export async function withinTime<T>(
  { timeoutSeconds, resume, what, context }: Limits,
  work: (signal: AbortSignal) => Promise<T | undefined>,
): Promise<T | undefined> {
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(), timeoutSeconds * 1000)
  const interrupted = Promise.withResolvers<never>()
  const interrupt = () => {
    interrupted.reject(
      new CliError(
        `Stopped waiting; what is on chain goes on. Look again: ${resume}`,
        EXIT.interrupted,
      ),
    )
  }
  process.once('SIGINT', interrupt)
  const done = context.waiting(`${what} (at most ${Math.ceil(timeoutSeconds)} s)`)
  try {
    return await Promise.race([work(over.signal), interrupted.promise])
  } finally {
    process.off('SIGINT', interrupt)
    done()
    clearTimeout(timer)
    over.abort()
  }
}

/**
 * Looks at the chain at each finalised block until `look` finds something, and returns that; or
 * undefined once the time is over. What `look` throws ends the wait.
 */
export async function waitOnChain<T>(
  chain: Chain,
  { look, ...limits }: Limits & { look: () => Promise<T | undefined> },
): Promise<T | undefined> {
  return withinTime(limits, async (signal) => {
    const over = Promise.withResolvers<T | undefined>()
    signal.addEventListener('abort', () => over.resolve(undefined), { once: true })
    // One look at a time; a block that comes meanwhile asks for one more.
    let looking = Promise.resolve()
    let waiting = false
    const stop = chain.watchFinalized(() => {
      if (waiting) return
      waiting = true
      looking = looking.then(async () => {
        waiting = false
        const found = await look()
        if (found !== undefined) over.resolve(found)
      })
      looking.catch(over.reject)
    })
    try {
      return await over.promise
    } finally {
      stop()
    }
  })
}
