import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { CompiledDocuments } from './compiled.ts'
import type { Context } from './context.ts'
import type { Glance } from './glance.ts'
import { type Head, lagSeconds } from './queries/head.ts'
import { GRAPHQL_PATH } from './routes.ts'

export type PlainQuestionsOptions = {
  documents: CompiledDocuments
  openGlance: () => Glance
  contextOf: (glance: Glance) => Context
  /** Answers whatever is not answered here. */
  handler: RequestListener
  onAnswer: () => void
  maxBytes: number
}

/**
 * Answers what is asked most, a POST of a query that was asked before, without all that serves other
 * requests: the query compiled, its rows read without a transaction. What is not so, or does not
 * succeed, goes to `handler` as if it had come there first: so there is one way only in which
 * anything is refused or fails.
 */
export function answerPlainQuestions(options: PlainQuestionsOptions): RequestListener {
  const { handler, maxBytes } = options
  return (request, response) => {
    const length = plainLength(request)
    if (length === 0 || length > maxBytes) return handler(request, response)
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts)
      void answer(body, response, options).then((isAnswered) => {
        if (isAnswered || response.destroyed) return
        // A body can be read but once; the server takes it from here where it was.
        handler(Object.assign(request, { body }), response)
      })
    })
  }
}

/** How long the body of such a request is; 0 for any other request. */
function plainLength({ method, url, headers }: IncomingMessage): number {
  const { accept = '*/*', 'content-type': type = '', 'content-length': length = '0' } = headers
  const isPlain =
    method === 'POST' &&
    url === GRAPHQL_PATH &&
    /^application\/json(; ?charset=utf-8)?$/i.test(type) &&
    (accept === '*/*' || accept === 'application/json') &&
    // Whose page asks is the other's to answer.
    headers.origin === undefined
  return isPlain ? Number(length) : 0
}

/** Whether it was answered. */
async function answer(
  body: Buffer,
  response: ServerResponse,
  { documents, openGlance, contextOf, onAnswer }: PlainQuestionsOptions,
): Promise<boolean> {
  const question = readQuestion(body)
  const execute = question && documents.find(question.query, question.variables)
  if (!execute) return false
  const glance = openGlance()
  try {
    const result = await execute(contextOf(glance), question.variables)
    if (result.errors) return false
    const head = await glance.confirm()
    const text = JSON.stringify({ data: result.data })
    response.writeHead(200, headersOf(head, Buffer.byteLength(text))).end(text)
    onAnswer()
    return true
  } catch {
    // Told of, and answered, where it fails again.
    return false
  } finally {
    await glance.close()
  }
}

type Question = { query: string; variables: Record<string, unknown> }

/** A query and its variables, where that is all that is sent. */
function readQuestion(body: Buffer): Question | undefined {
  let sent: unknown
  try {
    sent = JSON.parse(body.toString())
  } catch {
    return undefined
  }
  if (typeof sent !== 'object' || sent === null) return undefined
  const { query, variables, ...rest } = sent as Record<string, unknown>
  if (typeof query !== 'string' || Object.values(rest).some(isGiven)) return undefined
  if (!isGiven(variables)) return { query, variables: {} }
  if (typeof variables !== 'object' || Array.isArray(variables)) return undefined
  return { query, variables: variables as Record<string, unknown> }
}

const isGiven = (value: unknown) => value !== undefined && value !== null

function headersOf(head: Head, length: number) {
  return {
    'content-type': 'application/json; charset=utf-8',
    'content-length': length,
    'covenant-height': head.height,
    'covenant-hash': head.hash,
    'covenant-lag-seconds': lagSeconds(head),
  }
}
