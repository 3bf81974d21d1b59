import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Metrics } from '@covenant/service/metrics'
import type { Changes } from './changes.ts'
import { type Head, lagSeconds } from './queries/head.ts'
import { GRAPHQL_PATH } from './routes.ts'
import { questionOf, readTag, type WorkTag } from './work-tag.ts'

/** Longer than this no answer is held back, whatever is preferred. */
export const MAX_WAIT_SECONDS = 60

export type PollsOptions = {
  changes: Changes
  /** Answers whatever is not answered here. */
  handler: RequestListener
  metrics: Metrics
}

/**
 * Answers what nodes ask most of the time, whether their work is still what they know, from memory:
 * 304 where nothing of theirs has changed; with `Prefer: wait=N` not before something has, or N
 * seconds have passed. Everything else goes to `handler`.
 */
export function answerPolls({ changes, handler, metrics }: PollsOptions): RequestListener {
  const notModified = createNotModified(changes)
  let atOnce = 0
  let afterWait = 0
  let waiting = 0
  const { reading } = metrics
  reading('covenant_polls_at_once_total', 'Answered from memory at once.', () => atOnce)
  reading('covenant_polls_held_total', 'Answered from memory after a wait.', () => afterWait)
  reading('covenant_polls_waiting', 'Nodes that wait for a change.', () => waiting)
  return (request, response) => {
    const tag = knownTag(request, changes)
    if (tag === undefined) return handler(request, response)
    const seconds = waitOf(request)
    if (seconds === 0) {
      atOnce += 1
      return notModified({ request, response, waited: undefined })
    }
    waiting += 1
    void hold({ request, response, changes, tag, seconds }).then((changed) => {
      waiting -= 1
      if (changed) return handler(request, response)
      afterWait += 1
      if (!response.destroyed) notModified({ request, response, waited: seconds })
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
  if (tag === undefined || head === null || changes.ofNode(tag.node) !== tag.version)
    return undefined
  return tag.question === questionOf(url, head) ? tag : undefined
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
async function hold({ request, response, changes, tag, seconds }: Hold): Promise<boolean> {
  const gone = new AbortController()
  const leave = () => gone.abort()
  response.once('close', leave)
  const { node, version } = tag
  await changes.untilChanged(node, { version, ms: seconds * 1_000, signal: gone.signal })
  response.off('close', leave)
  return !gone.signal.aborted && knownTag(request, changes) === undefined
}

type NotModified = {
  request: IncomingMessage
  response: ServerResponse
  /** The wait that was granted, in seconds. */
  waited: number | undefined
}

/**
 * Answers 304. Most of what an answer costs is its headers, and all but the tag are the same until
 * there is a new block or a second has gone by: they are made once for so long.
 */
function createNotModified(changes: Changes) {
  let made: { head: Head | null; second: number; headers: string[] } | undefined
  const commonHeaders = () => {
    const head = changes.head()
    const second = Math.floor(Date.now() / 1_000)
    if (made?.head !== head || made.second !== second) {
      made = { head, second, headers: ['etag', '', ...COMMON_HEADERS, ...headHeaders(head)] }
    }
    return made.headers
  }
  return ({ request, response, waited }: NotModified): void => {
    // A list of names and values is written as it stands, before this returns.
    const headers = commonHeaders()
    headers[1] = request.headers['if-none-match'] ?? ''
    const all =
      waited === undefined ? headers : [...headers, 'preference-applied', `wait=${waited}`]
    response.writeHead(304, all).end()
  }
}

const COMMON_HEADERS = [
  ...['cache-control', 'no-cache', 'vary', 'accept'],
  ...['access-control-allow-origin', '*'],
]

const headHeaders = (head: Head | null) =>
  head === null
    ? []
    : [
        ...['covenant-height', String(head.height), 'covenant-hash', head.hash],
        ...['covenant-lag-seconds', String(lagSeconds(head))],
      ]
