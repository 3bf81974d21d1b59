import type { Log } from '@covenant/service'
import { type Connection, type Methods, Started, Subscription } from './method.ts'
import { Params } from './params.ts'
import { RpcError } from './rpc-error.ts'

/** What a transport can do for one client. */
export type Client = Connection & {
  /** Takes a subscription on and returns its id and how to begin it. Throws where it cannot. */
  open(subscription: Subscription): { id: string; begin: () => void }
}

export type Answered = {
  /** What to send; undefined where nothing is due. */
  text: string | undefined
  /** What is to begin once the text is sent. */
  afterwards: (() => void)[]
}

type Response = { jsonrpc: '2.0'; id: unknown; result?: unknown; error?: RpcError }
type Outcome = { result: unknown; begin?: () => void } | { error: RpcError }

/** A batch is answered whole, so its size is bounded. */
const MAX_BATCH = 1_000

/** Returns what answers one message of JSON-RPC 2.0, which may be a batch; it never throws. */
export function createAnswerer(
  methods: Methods,
  log: Log,
): (message: string, client: Client) => Promise<Answered> {
  const perform = async (method: unknown, params: unknown, client: Client): Promise<Outcome> => {
    if (typeof method !== 'string') {
      return { error: new RpcError(-32600, 'Invalid request: method is a text') }
    }
    const known = Object.hasOwn(methods, method) ? methods[method] : undefined
    if (!known) return { error: new RpcError(-32601, `Method not found: ${method}`) }
    try {
      const result = await known(new Params(params), client)
      if (result instanceof Started) return { result: result.answer, begin: result.work }
      if (!(result instanceof Subscription)) return { result: result ?? null }
      const { id, begin } = client.open(result)
      return { result: id, begin }
    } catch (error) {
      if (error instanceof RpcError) return { error }
      log.error('a request failed', { method, error })
      return { error: new RpcError(-32603, 'Internal error', (error as Error).message) }
    }
  }

  /** Undefined for a request without an id, whose answer nobody waits for. */
  const one = async (
    request: unknown,
    client: Client,
  ): Promise<{ response: Response; begin?: (() => void) | undefined } | undefined> => {
    const { id, method, params } = (request ?? {}) as Record<string, unknown>
    const outcome = await perform(method, params, client)
    if (id === undefined && typeof method === 'string') return undefined
    const envelope = { jsonrpc: '2.0', id: id ?? null } as const
    if ('error' in outcome) return { response: { ...envelope, error: outcome.error } }
    return { response: { ...envelope, result: outcome.result }, begin: outcome.begin }
  }

  return async (message, client) => {
    let request: unknown
    try {
      request = JSON.parse(message)
    } catch {
      return refuse(-32700, 'Parse error: the message is not JSON')
    }
    const isBatch = Array.isArray(request)
    const requests: unknown[] = isBatch ? (request as unknown[]) : [request]
    if (requests.length === 0 || requests.length > MAX_BATCH) {
      return refuse(-32600, `Invalid request: a batch has 1 to ${MAX_BATCH} requests`)
    }
    const answers = await Promise.all(requests.map((part) => one(part, client)))
    const due = answers.filter((answer) => answer !== undefined)
    if (due.length === 0) return { text: undefined, afterwards: [] }
    const responses = due.map(({ response }) => response)
    return {
      text: JSON.stringify(isBatch ? responses : responses[0]),
      afterwards: due.flatMap(({ begin }) => begin ?? []),
    }
  }
}

function refuse(code: number, message: string): Answered {
  const error = new RpcError(code, message)
  return { text: JSON.stringify({ jsonrpc: '2.0', id: null, error }), afterwards: [] }
}
