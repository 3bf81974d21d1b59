import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Log } from '@covenant/service'
import { WebSocket, WebSocketServer } from 'ws'
import { createQuiet } from './quiet.ts'
import { type Client, createAnswerer } from './rpc/answer.ts'
import type { Methods, Subscription } from './rpc/method.ts'
import { RpcError } from './rpc/rpc-error.ts'

export type ServerOptions = {
  methods: Methods
  /** 0 takes any free one. */
  port: number
  /**
   * Origins of web pages that may connect. The keys of a development chain are known to everybody,
   * so a page that somebody merely looks at must not reach it.
   * @default none
   */
  allowOrigins?: string[]
  log: Log
}

export type Server = { port: number; close(): Promise<void> }

/** Another program listens on the port. */
export class PortInUse extends Error {
  override name = 'PortInUse'
  readonly port: number
  constructor(port: number) {
    super(`port ${port} is in use; stop what listens there, or choose another with --port`)
    this.port = port
  }
}

const HOST = '127.0.0.1'
/** A runtime upgrade in hexadecimal takes about one MiB. */
const MAX_MESSAGE_BYTES = 15 * 2 ** 20
const MAX_SUBSCRIPTIONS = 1_024
const MAX_CONNECTIONS = 512
/** A client that lets that much pile up no longer reads. */
const MAX_UNSENT_BYTES = 64 * 2 ** 20

/** Serves JSON-RPC on loopback, over WebSocket and as HTTP POST. Throws {@link PortInUse}. */
export async function openServer({
  methods,
  port,
  allowOrigins = [],
  log,
}: ServerOptions): Promise<Server> {
  const answer = createAnswerer(methods, log)
  const mayConnect = ({ headers: { origin } }: IncomingMessage) =>
    origin === undefined || allowOrigins.includes(origin)

  const http = createServer((request, response) => {
    void serveHttp(request, response, mayConnect(request), (message) => answer(message, ONE_SHOT))
  })
  http.maxConnections = MAX_CONNECTIONS

  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES })
  http.on('upgrade', (request, stream, head) => {
    if (mayConnect(request)) {
      sockets.handleUpgrade(request, stream, head, (socket) => serveSocket(socket, answer))
    } else {
      log.warn('a web page was refused', { origin: request.headers.origin })
      refuseUpgrade(stream)
    }
  })

  await new Promise<void>((resolve, reject) => {
    http.once('listening', resolve)
    http.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortInUse(port) : error),
    )
    http.listen(port, HOST)
  })
  return {
    port: (http.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()))
      for (const socket of sockets.clients) socket.close(1001, 'the chain is stopping')
      http.closeAllConnections()
      for (const socket of sockets.clients) socket.terminate()
      await closed
    },
  }
}

function refuseUpgrade(stream: Duplex): void {
  const body = 'Web pages may not connect unless their origin is allowed with --allow-origin\n'
  stream.on('error', () => {})
  stream.end(
    `HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

type Answer = ReturnType<typeof createAnswerer>

function serveSocket(socket: WebSocket, answer: Answer): void {
  const subscriptions = new Map<string, () => void>()
  const quiet = createQuiet(socket)

  const send = (text: string) => {
    if (socket.readyState !== WebSocket.OPEN) return
    if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate()
    else socket.send(text)
  }
  const unsubscribe = (id: string) => {
    const stop = subscriptions.get(id)
    subscriptions.delete(id)
    stop?.()
    return stop !== undefined
  }
  const open = (subscription: Subscription) => {
    if (subscriptions.size >= MAX_SUBSCRIPTIONS) {
      throw new RpcError(-32006, `Too many subscriptions: at most ${MAX_SUBSCRIPTIONS}`)
    }
    const id = randomUUID()
    subscriptions.set(id, () => {})
    const notify = (result: unknown) => {
      if (!subscriptions.has(id)) return
      const params = { subscription: id, result }
      send(JSON.stringify({ jsonrpc: '2.0', method: subscription.notification, params }))
    }
    const begin = () => {
      if (!subscriptions.has(id)) return
      const end = () => void unsubscribe(id)
      const stop = subscription.start({ id, notify, end, settled: quiet.settled })
      if (subscriptions.has(id)) subscriptions.set(id, stop)
      else stop()
    }
    return { id, begin }
  }
  const client: Client = { unsubscribe, open }

  socket.on('message', async (message) => {
    quiet.noteRequest()
    // ws hands text over as one Buffer.
    const { text, afterwards } = await answer((message as Buffer).toString('utf8'), client)
    if (text !== undefined) send(text)
    afterwards.forEach((begin) => begin())
  })
  socket.on('close', () => [...subscriptions.keys()].forEach(unsubscribe))
  // A message that is too long or no WebSocket frame: ws closes the connection.
  socket.on('error', () => {})
}

/** A client that is gone when it has its answer. */
const ONE_SHOT: Client = {
  unsubscribe: () => false,
  open: () => {
    throw new RpcError(-32000, 'Subscriptions need a WebSocket connection')
  },
}

async function serveHttp(
  request: IncomingMessage,
  response: ServerResponse,
  isAllowed: boolean,
  answer: (message: string) => ReturnType<Answer>,
): Promise<void> {
  const reply = (status: number, type: string, body: string) => {
    response.writeHead(status, { 'content-type': type }).end(body)
  }
  if (!isAllowed) return reply(403, 'text/plain', 'Web pages may not connect\n')
  if (request.method !== 'POST') {
    return reply(405, 'text/plain', 'Send JSON-RPC as POST, or open a WebSocket\n')
  }
  try {
    const message = await readBody(request)
    if (message === undefined) return reply(413, 'text/plain', 'The message is too long\n')
    const { text, afterwards } = await answer(message)
    if (text === undefined) response.writeHead(204).end()
    else reply(200, 'application/json', text)
    afterwards.forEach((begin) => begin())
  } catch {
    // The client went away in the middle of its own request.
    response.destroy()
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_MESSAGE_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
