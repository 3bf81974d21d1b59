import type { Head, Hex } from '@covenant/chain-client'
import { z } from 'zod'

/** What the API says of one contract: where to look on chain, and bodies to save asking for them. */
export type WorkItem = {
  id: number
  bodies: string[]
  /** The block that the API said it of, which need not be final yet; null where it named none. */
  at: Head | null
}

export type WorkClient = {
  /** Contracts that changed since the last call, all that are not closed at first. Throws when the API fails. */
  poll(node: number, signal: AbortSignal): Promise<WorkItem[]>
  /**
   * Whether the last answer was held back by the API until there was something to say, or its time
   * was over: then there is nothing to wait for before the next call.
   */
  wasHeld(): boolean
  /** Makes the next call ask for everything again, and ends one that waits for an answer. */
  restart(): void
}

const QUERY = `query Work($node: ID!, $since: String) {
  work(node: $node, since: $since) {
    cursor
    more
    contracts { id running { body } pending { body } }
  }
}`

const specShape = z.object({ body: z.string().nullable() }).nullable()
const answerShape = z.object({
  data: z.object({
    work: z.object({
      cursor: z.string(),
      more: z.boolean(),
      contracts: z.array(
        z.object({
          id: z.coerce.number().int().positive(),
          running: specShape,
          pending: specShape,
        }),
      ),
    }),
  }),
})
const headShape = z.object({
  height: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
  hash: z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value)),
})
const errorsShape = z.object({ errors: z.array(z.object({ message: z.string() })).min(1) })

/** How long the API may hold its answer back while nothing changes, and how long it may take besides. */
const WAIT_SECONDS = 30
const TIMEOUT_MS = 10_000

/** Polls `work` of the GraphQL API at `url`. Nothing that it says is believed before the chain says it. */
export function createWorkClient(url: string): WorkClient {
  let since: string | null = null
  let etag: string | null = null
  let held = false
  let restarted = new AbortController()

  let at: Head | null = null

  const ask = async (node: number, signal: AbortSignal) => {
    const variables = JSON.stringify({ node: String(node), since })
    const query = new URLSearchParams({ query: QUERY, variables })
    const response = await fetch(`${url}/graphql?${query}`, {
      headers: {
        accept: 'application/graphql-response+json, application/json',
        ...(etag === null ? {} : { 'if-none-match': etag, prefer: `wait=${WAIT_SECONDS}` }),
      },
      signal: AbortSignal.any([
        signal,
        restarted.signal,
        AbortSignal.timeout(WAIT_SECONDS * 1_000 + TIMEOUT_MS),
      ]),
    })
    held = response.headers.has('preference-applied')
    at = headOf(response.headers)
    if (response.status === 304) return undefined
    const answer: unknown = await response.json().catch(() => undefined)
    const refused = errorsShape.safeParse(answer)
    if (refused.success) {
      throw new Error(`the API answered: ${refused.data.errors[0]?.message}`)
    }
    if (!response.ok) throw new Error(`the API answered ${response.status}`)
    const work = answerShape.parse(answer).data.work
    // The tag is of this very question: with another `since` it says nothing.
    etag = work.cursor === since ? response.headers.get('etag') : null
    since = work.cursor
    return work
  }

  const restart = () => {
    since = null
    etag = null
    held = false
    restarted.abort()
    restarted = new AbortController()
  }

  return {
    restart,
    wasHeld: () => held,
    poll: async (node, signal) => {
      const items: WorkItem[] = []
      const { signal: beforeRestart } = restarted
      try {
        for (;;) {
          const work = await ask(node, signal)
          for (const { id, running, pending } of work?.contracts ?? []) {
            const bodies = [running?.body, pending?.body].filter((body) => typeof body === 'string')
            items.push({ id, bodies, at })
          }
          if (!work?.more) return items
        }
      } catch (error) {
        // Asked to begin anew, not failed.
        if (beforeRestart.aborted && !signal.aborted) return items
        // What was read of a cut-off answer would be skipped the next time.
        restart()
        throw translate(error, url)
      }
    },
  }
}

function headOf(headers: Headers): Head | null {
  const head = { height: headers.get('covenant-height'), hash: headers.get('covenant-hash') }
  return headShape.safeParse(head).data ?? null
}

function translate(error: unknown, url: string): Error {
  if (error instanceof z.ZodError) {
    return new Error(`the API at ${url} answered in another shape than it promises`, {
      cause: error,
    })
  }
  if (error instanceof TypeError && error.message === 'fetch failed') {
    return new Error(`the API at ${url} cannot be reached`, { cause: error })
  }
  return error as Error
}
