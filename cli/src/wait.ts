import type { Chain } from '@covenant/chain-client'

/**
 * Looks at the chain at each finalised block until `look` finds something, and returns that; or
 * undefined once `timeoutSeconds` are over. What `look` throws ends the wait.
 */
export async function waitOnChain<T>(
  chain: Chain,
  { look, timeoutSeconds }: { look: () => Promise<T | undefined>; timeoutSeconds: number },
): Promise<T | undefined> {
  const over = Promise.withResolvers<T | undefined>()
  const timer = setTimeout(() => over.resolve(undefined), timeoutSeconds * 1000)
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
    clearTimeout(timer)
  }
}
