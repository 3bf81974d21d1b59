import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Changes } from './changes.ts'
import { lagSeconds } from './queries/head.ts'
import { GRAPHQL_PATH } from './routes.ts'
import { questionOf, readTag, type WorkTag } from './work-tag.ts'

/** Longer than this no answer is held back, whatever is preferred. */
export const MAX_WAIT_SECONDS = 60

export type PollsOptions = {
  changes: Changes
  /** Answers whatever is not answered here. */
  handler: RequestListener
}

/**
 * Answers what nodes ask most of the time, whether their work is still what they know, from memory:
 * 304 where nothing of theirs has changed; with `Prefer: wait=N` not before something has, or N
 * seconds have passed. Everything else goes to `handler`.
 */
export function answerPolls({ changes, handler }: PollsOptions): RequestListener {
  return (request, response) => {
    const tag = knownTag(request, changes)
    if (tag === undefined) return handler(request, response)
    const seconds = waitOf(request)
    if (seconds === 0) return notModified({ request, response, changes, waited: undefined })
    void hold({ request, response, changes, tag, seconds }).then((changed) => {
      if (changed) return handler(request, response)
      if (!response.destroyed) notModified({ request, response, changes, waited: seconds })
    })
  }
}

/** The request's own entity tag, where it is of this very question and still holds. */
function knownTag({ method, url = '', headers }: IncomingMessage, changes: Changes) {
  const given = headers['if-none-match']
  if (given === undefined || method !== 'GET' || !url.startsWith(`${GRAPHQL_PATH}?`))
    return undefined
  const tag = readTag(given)
  const head = changes.head()
  if (tag === undefined || head === null || changes.ofNode(tag.node) > tag.height) return undefined
  return tag.question === questionOf(url, head.genesis_hash) ? tag : undefined
}

/** RFC 7240: `Prefer: wait=30`, among other preferences. */
function waitOf({ headers: { prefer } }: IncomingMessage): number {
  if (prefer === undefined) return 0
  const [, seconds] = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})/i.exec(String(prefer)) ?? []
  return Math.min(Number(seconds ?? 0), MAX_WAIT_SECONDS)
}

type Hold = {
  request: IncomingMessage
  response: ServerResponse
  changes: Changes
  tag: WorkTag
  seconds: number
}

/** Waits; answers whether the work may have changed. */
async function hold({ response, changes, tag, seconds }: Hold): Promise<boolean> {
  const gone = new AbortController()
  const leave = () => gone.abort()
  response.once('close', leave)
  const { node, height } = tag
  await changes.untilChanged(node, { height, ms: seconds * 1_000, signal: gone.signal })
  response.off('close', leave)
  return !gone.signal.aborted && (changes.head() === null || changes.ofNode(node) > height)
}

type NotModified = {
  request: IncomingMessage
  response: ServerResponse
  changes: Changes
  /** The wait that was granted, in seconds. */
  waited: number | undefined
}

function notModified({ request, response, changes, waited }: NotModified): void {
  const head = changes.head()
  const headers = {
    etag: request.headers['if-none-match'],
    'cache-control': 'no-cache',
    vary: 'accept',
    'access-control-allow-origin': '*',
    ...(head && {
      'covenant-height': head.height,
      'covenant-hash': head.hash,
      'covenant-lag-seconds': lagSeconds(head),
    }),
    ...(waited !== undefined && { 'preference-applied': `wait=${waited}` }),
  }
  response.writeHead(304, headers).end()
}
