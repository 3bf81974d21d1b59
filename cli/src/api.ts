import { START } from '@covenant/service/installed'
import { z } from 'zod'
import { CliError } from './errors.ts'
import { EXIT } from './exit-codes.ts'

const TIMEOUT_MS = 15_000
const answerShape = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string() })).optional(),
})

export type ApiQuery<T> = {
  query: string
  variables?: Record<string, unknown>
  /** What the answer's data must look like. */
  shape: z.ZodType<T>
}

/** Asks the API. @throws CliError with code 7 where it does not answer as an API of this version does */
export async function askApi<T>(
  url: string,
  { query, variables = {}, shape }: ApiQuery<T>,
): Promise<T> {
  const unreachable = (what: string, cause?: unknown) =>
    new CliError(
      `No API at ${url}: ${what}. Start it with "${START}", or name another with --api URL.`,
      EXIT.unreachable,
      { cause },
    )
  let text: string
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    text = await response.text()
  } catch (error) {
    throw unreachable(reasonOf(error), error)
  }
  const answer = answerShape.safeParse(parseJson(text))
  if (!answer.success) throw unreachable('what answers there is not a Covenant API')
  const [refusal] = answer.data.errors ?? []
  if (refusal !== undefined) throw new CliError(`The API refused: ${refusal.message}`)
  const data = shape.safeParse(answer.data.data)
  if (!data.success) throw unreachable('its answer is not of the version of this command')
  return data.data
}

export type ApiList<T> = {
  /** The connection, as in `contracts`. */
  list: string
  /** Its arguments with their GraphQL types: `{ owner: ['String', '5F…'] }`; undefined ones are left out. */
  filters: Record<string, readonly [type: string, value: unknown]>
  /** The fields of each item. */
  fields: string
  item: z.ZodType<T>
  /** At most so many items. */
  limit: number
}

/** The most that the API puts into a page. */
const PAGE_SIZE = 100

export type ApiItems<T> = {
  items: T[]
  /** There are more than `limit`. */ more: boolean
  height: number
}

/** The first items of a list, and the height of the block that they are of. */
export async function askList<T>(
  url: string,
  { list, filters, fields, item, limit }: ApiList<T>,
): Promise<ApiItems<T>> {
  const given = Object.entries(filters).filter(([, [, value]]) => value !== undefined)
  const declared = given.map(([name, [type]]) => `, $${name}: ${type}`).join('')
  const passed = given.map(([name]) => `, ${name}: $${name}`).join('')
  const query = `query ($first: Int!, $after: String${declared}) {
    meta { height }
    list: ${list}(first: $first, after: $after${passed}) {
      nodes { ${fields} }
      pageInfo { hasNextPage endCursor }
    }
  }`
  const shape = z.object({
    meta: z.object({ height: z.number() }),
    list: z.object({
      nodes: z.array(item),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  })
  const values = Object.fromEntries(given.map(([name, [, value]]) => [name, value]))
  const items: T[] = []
  for (let after: string | null = null; ;) {
    const first = Math.min(PAGE_SIZE, limit - items.length)
    const page: z.infer<typeof shape> = await askApi(url, {
      query,
      variables: { first, after, ...values },
      shape,
    })
    items.push(...page.list.nodes)
    const { hasNextPage: more, endCursor } = page.list.pageInfo
    if (!more || items.length >= limit) return { items, more, height: page.meta.height }
    after = endCursor
  }
}

function reasonOf(error: unknown): string {
  if ((error as Error).name === 'TimeoutError') return `no answer in ${TIMEOUT_MS / 1000} s`
  const cause = (error as Error).cause as NodeJS.ErrnoException | undefined
  return cause?.code === 'ECONNREFUSED'
    ? 'nothing listens there'
    : (cause ?? (error as Error)).message
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
