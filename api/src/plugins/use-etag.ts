import { createHash } from 'node:crypto'
import type { Plugin } from 'graphql-yoga'
import { GRAPHQL_PATH } from '../routes.ts'

/**
 * Answers a GET whose answer the caller has already (`If-None-Match`) with 304 and no body.
 *
 * The tag is the hash of the answer itself, so it can never stand for another one.
 */
export function useEtag(): Plugin {
  return {
    async onResponse({ request, response, setResponse, fetchAPI }) {
      if (request.method !== 'GET' || response.status !== 200) return
      if (new URL(request.url).pathname !== GRAPHQL_PATH) return
      if (!response.headers.get('content-type')?.includes('json')) return

      const body = await response.text()
      const tag = `"${createHash('sha256').update(body).digest('base64url')}"`
      const headers = new fetchAPI.Headers(response.headers)
      headers.set('etag', tag)
      headers.set('cache-control', 'no-cache')
      headers.append('vary', 'accept')
      setResponse(
        has(request.headers.get('if-none-match'), tag)
          ? new fetchAPI.Response(null, { status: 304, headers: withoutBody(headers) })
          : new fetchAPI.Response(body, { status: 200, headers }),
      )
    },
  }
}

function has(ifNoneMatch: string | null, tag: string): boolean {
  const tags = ifNoneMatch?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? []
  return tags.includes(tag) || tags.includes('*')
}

function withoutBody(headers: Headers): Headers {
  headers.delete('content-type')
  headers.delete('content-length')
  return headers
}
