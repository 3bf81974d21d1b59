import { once } from 'node:events'
import { type IncomingMessage, type RequestListener, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How long requests that are being answered may take once the process is asked to stop. */
const GRACE_MS = 2_000

/** A caller who needs longer than this to send a request is told 408. */
const REQUEST_MS = 30_000

export type Listening = { port: number; close(): Promise<void> }

export class PortInUse extends Error {
  override name = 'PortInUse'
}

/** Listens on loopback alone. Port 0 is any free one. */
export async function listen(
  handler: RequestListener,
  port: number,
  { requestMs = REQUEST_MS }: { requestMs?: number } = {},
): Promise<Listening> {
  const patience = {
    requestTimeout: requestMs,
    headersTimeout: requestMs,
    connectionsCheckingInterval: requestMs / 10,
  }
  const server = createServer(patience, handler)
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    if (!isInUse(error)) throw error
    throw new PortInUse(
      `port ${port} on 127.0.0.1 is in use: end what listens there, or choose another port with --api-port PORT or COVENANT_API_PORT`,
      { cause: error },
    )
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close')
      server.close()
      const force = setTimeout(() => server.closeAllConnections(), GRACE_MS)
      await closed
      clearTimeout(force)
    },
  }
}

/** Keeps from `handler` what it could not make a URL of, which it takes for granted. */
export function refuseUnreadable(handler: RequestListener): RequestListener {
  return (request, response) => {
    if (isReadable(request)) return handler(request, response)
    const error = `The Host header or the path cannot be read: ask as in "GET /graphql HTTP/1.1" with "Host: 127.0.0.1:${request.socket.localPort}".`
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
  }
}

function isReadable({ headers: { host = '' }, url = '' }: IncomingMessage): boolean {
  return URL.canParse(`http://${host || '127.0.0.1'}${url}`)
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}
