import { InvalidArgument } from './errors.ts'
import type { Chain, ConnectOptions } from './types.ts'

const DEFAULT_TIMEOUT_MS = 10_000

/**
 * Connects to the chain at an endpoint.
 *
 * Rejects with `ChainUnreachable` at the first failed attempt, with `WrongChain` when `expectGenesis`
 * is another, with `WrongRuntime` when the chain lacks our pallets. A connection that is lost later
 * is made again, and only to the same chain.
 */
export async function connect(options: ConnectOptions): Promise<Chain> {
  const { endpoint, expectGenesis, signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options
  signal?.throwIfAborted()
  checkEndpoint(endpoint)
  const { open } = await import('./open.ts')
  const chain = await open({ endpoint, expectGenesis, timeoutMs })
  const close = () => void chain.close()
  signal?.addEventListener('abort', close, { once: true })
  if (signal?.aborted) await chain.close()
  signal?.throwIfAborted()
  return chain
}

function checkEndpoint(endpoint: string) {
  if (/^wss?:$/.test(URL.parse(endpoint)?.protocol ?? '')) return
  throw new InvalidArgument('endpoint', {
    what: `${JSON.stringify(endpoint)} is not the address of a chain`,
    remedy: 'It looks like ws://127.0.0.1:9944 or wss://chain.example.',
  })
}
