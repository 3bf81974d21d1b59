import type { RequestListener } from 'node:http'
import type { Log } from '@covenant/service'
import { createMetrics, type Metrics } from '@covenant/service/metrics'
import type { DocumentNode } from 'graphql'
import { createLRUCache, createYoga } from 'graphql-yoga'
import type { Changes } from './changes.ts'
import { compileDocuments } from './compiled.ts'
import { type Context, createContext } from './context.ts'
import { refuseUnreadable } from './listen.ts'
import { answerPlainQuestions } from './plain-questions.ts'
import type { Database } from './database.ts'
import { createMaskError } from './mask-error.ts'
import { renderGraphiQL } from './graphiql.ts'
import { measureHead } from './head-metrics.ts'
import { createHints } from './hints.ts'
import { useEtag } from './plugins/use-etag.ts'
import { HEAD_HEADERS, useHead } from './plugins/use-head.ts'
import { type Limits, MAX_COST, useLimits } from './plugins/use-limits.ts'
import { useLive } from './plugins/use-live.ts'
import { useMetrics } from './plugins/use-metrics.ts'
import { useNotFound } from './plugins/use-not-found.ts'
import { useReadableRequest } from './plugins/use-readable-request.ts'
import { useReady } from './plugins/use-ready.ts'
import { createStats } from './queries/stats.ts'
import { GRAPHQL_PATH } from './routes.ts'
import { schema } from './schema/index.ts'

export type ApiOptions = {
  database: Database
  changes: Changes
  log: Log
  limits?: Limits
  /** Where this API's figures go, and others of the process are. */
  metrics?: Metrics
}

/** Far more than any document of a thousand words, and its variables. */
const MAX_REQUEST_BYTES = 64 * 1024
/** Documents that are kept parsed: those of our own programs, and some more. */
const KEPT_DOCUMENTS = 100

export type Api = {
  fetch(url: string, init?: RequestInit): Response | Promise<Response>
  listener: RequestListener
}

/** The GraphQL server, for a request or as a listener of them; it listens nowhere by itself. */
export function createApi({
  database,
  changes,
  log,
  limits,
  metrics = createMetrics(),
}: ApiOptions): Api {
  const hints = createHints({ database, changes })
  const shared = { hints, stats: createStats() }
  measureHead(metrics, changes)
  const countAnswer = metrics.counter('covenant_answers_total', 'Answers over HTTP, by status.')
  const countCompiled = metrics.counter(
    'covenant_compiled_answers_total',
    'Those of them that a compiled query gave.',
  )
  const yoga = createYoga<object, Context>({
    schema,
    context: () => createContext(database.snapshot(), shared),
    graphqlEndpoint: GRAPHQL_PATH,
    graphiql: {
      title: 'Covenant',
      defaultQuery: '{\n  meta {\n    height\n    lagSeconds\n  }\n}\n',
    },
    renderGraphiQL,
    landingPage: false,
    batching: false,
    multipart: false,
    cors: {
      origin: '*',
      methods: ['GET', 'POST'],
      credentials: false,
      exposedHeaders: HEAD_HEADERS,
    },
    maxRequestBodySize: MAX_REQUEST_BYTES,
    parserAndValidationCache: {
      documentCache: createLRUCache({ max: KEPT_DOCUMENTS }),
      errorCache: createLRUCache({ max: KEPT_DOCUMENTS }),
    },
    maskedErrors: { maskError: createMaskError(log) },
    logging: false,
    plugins: [
      useMetrics(metrics, countAnswer),
      useLive(),
      useReady(database, log),
      useNotFound(),
      useReadableRequest(),
      useLimits(limits),
      useHead(database),
      useEtag(),
    ],
  })
  const listener = answerPlainQuestions({
    documents: compileDocuments({
      read(query) {
        const { parse, validate, schema } = yoga.getEnveloped({})
        const document = parse(query) as DocumentNode
        return validate(schema, document).length === 0 ? document : undefined
      },
      maxCost: limits?.cost ?? MAX_COST,
      kept: KEPT_DOCUMENTS,
    }),
    openGlance: () => database.glance(),
    contextOf: (glance) => createContext(glance, shared),
    handler: refuseUnreadable(yoga),
    onAnswer() {
      countAnswer({ status: '200' })
      countCompiled()
    },
    maxBytes: MAX_REQUEST_BYTES,
  })
  return { fetch: (url, init) => yoga.fetch(url, init ?? {}), listener }
}
