import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Metrics, METRICS_TYPE } from '@covenant/service/metrics'
import type { Head } from './stores/head.ts'

/** What the indexer knows of itself. */
export type Progress = { head: Head | null; finalizedHeight: number | null; isFollowing: boolean }

/** The figures that follow from how far the indexer has come. */
export function measureProgress({ reading }: Metrics, progress: Progress): void {
  reading('covenant_head_height', 'The last block in the rows.', () => progress.head?.height)
  reading(
    'covenant_finalized_height',
    'The latest finalised block that is known.',
    () => progress.finalizedHeight ?? undefined,
  )
  reading('covenant_lag_seconds', 'How long ago the last block in the rows was made.', () => {
    if (progress.head === null) return undefined
    return Math.max(0, (Date.now() - progress.head.timestampMs) / 1_000)
  })
}

export type Figures = { port: number; close(): Promise<void> }

/** Serves `/metrics`, `/live` and `/ready` on loopback. Port 0 is any free one. */
export async function serveFigures(
  port: number,
  { metrics, progress }: { metrics: Metrics; progress: Progress },
): Promise<Figures> {
  const server = createServer(({ url }, response) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type }).end(body)
    const json = (status: number, body: object) =>
      answer(status, 'application/json', JSON.stringify(body))
    if (url === '/metrics') return answer(200, METRICS_TYPE, metrics.text())
    if (url === '/live') return json(200, { live: true })
    if (url !== '/ready') {
      const error = `There is nothing at ${url}: figures are at /metrics, health at /live and /ready.`
      return json(404, { error })
    }
    if (progress.isFollowing) return json(200, { ready: true, height: progress.head?.height })
    return json(503, { ready: false, reason: 'The chain is not followed yet. The log says why.' })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}
