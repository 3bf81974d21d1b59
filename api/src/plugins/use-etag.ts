import { createHash } from 'node:crypto'
import { type DocumentNode, type GraphQLSchema, getOperationAST } from 'graphql'
import type { Plugin, YogaInitialContext } from 'graphql-yoga'
import type { Context } from '../context.ts'
import type { Snapshot } from '../database.ts'
import { readVersion } from '../queries/work.ts'
import { GRAPHQL_PATH } from '../routes.ts'
import { asksWorkAlone, questionOf, readTag, type WorkTag, writeTag } from '../work-tag.ts'

/** What an answer about one node's work is of; null for any other answer. */
type Subject = Omit<WorkTag, 'body'> | null

/**
 * Answers a GET whose answer the caller has already (`If-None-Match`) with 304 and no body.
 *
 * The tag is the hash of the answer itself, so it can never stand for another one. An answer about
 * one node's work has a tag that says so: see {@link WorkTag}.
 */
export function useEtag(): Plugin<object, object, Context> {
  const subjects = new WeakMap<Request, Promise<Subject>>()
  return {
    onExecute({ args }) {
      const { request, snapshot } = args.contextValue as YogaInitialContext & Context
      if (request.method !== 'GET') return undefined
      const node = nodeOf(args)
      if (node === undefined) return undefined
      const subject = readSubject(snapshot, { node, path: pathOf(request.url) })
      // Where no rows can be read there is no answer to tag either.
      subjects.set(
        request,
        subject.catch(() => null),
      )
      return undefined
    },
    async onResponse({ request, response, setResponse, fetchAPI }) {
      if (request.method !== 'GET' || response.status !== 200) return
      if (new URL(request.url).pathname !== GRAPHQL_PATH) return
      if (!response.headers.get('content-type')?.includes('json')) return

      const body = await response.text()
      const hash = createHash('sha256').update(body).digest('base64url')
      const subject = await subjects.get(request)
      const headers = new fetchAPI.Headers(response.headers)
      headers.set('etag', subject ? writeTag({ body: hash, ...subject }) : `"${hash}"`)
      headers.set('cache-control', 'no-cache')
      headers.append('vary', 'accept')
      setResponse(
        has(request.headers.get('if-none-match'), hash)
          ? new fetchAPI.Response(null, { status: 304, headers: withoutBody(headers) })
          : new fetchAPI.Response(body, { status: 200, headers }),
      )
    },
  }
}

async function readSubject(
  snapshot: Snapshot,
  { node, path }: { node: number; path: string },
): Promise<Subject> {
  const head = await snapshot.head()
  return { node, version: await readVersion(snapshot, node), question: questionOf(path, head) }
}

type Execution = {
  schema: GraphQLSchema
  document: DocumentNode
  variableValues?: { readonly [name: string]: unknown } | null | undefined
}

/** The node whose work is asked for, and nothing else. */
function nodeOf({ schema, document, variableValues }: Execution): number | undefined {
  if (!asksWorkAlone(document, schema)) return undefined
  const [field] = getOperationAST(document)?.selectionSet.selections ?? []
  const given =
    field?.kind === 'Field' && field.arguments?.find(({ name }) => name.value === 'node')
  if (!given) return undefined
  const { value } = given
  if (value.kind === 'Variable') return asId(variableValues?.[value.name.value])
  return value.kind === 'StringValue' || value.kind === 'IntValue' ? asId(value.value) : undefined
}

function asId(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** A request's path and query, as they were sent. */
function pathOf(url: string): string {
  return url.slice(url.indexOf('/', 'https://'.length))
}

function has(ifNoneMatch: string | null, hash: string): boolean {
  const tags = ifNoneMatch?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? []
  return tags.some((tag) => tag === '*' || tag === `"${hash}"` || readTag(tag)?.body === hash)
}

function withoutBody(headers: Headers): Headers {
  headers.delete('content-type')
  headers.delete('content-length')
  return headers
}
