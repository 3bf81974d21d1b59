/**
 * Asks over a few kept connections at once, each its next question when it has its answer. Written on
 * sockets, so that it costs less than what it measures.
 */
import { connect, type Socket } from 'node:net'

/** Bodies that are asked in turn. */
export type Questions = { name: string; bodies: string[] }
export type Load = { name: string; port: number; connections: number; requests: number }
export type LoadResult = { seconds: number; failed: number }

const questions = new Map<string, Buffer[]>()

process.on('message', (message: Questions | Load) => {
  if ('bodies' in message) questions.set(message.name, message.bodies.map(write))
  else void run(message).then((result) => process.send?.(result))
})
process.on('disconnect', () => process.exit())

function write(body: string): Buffer {
  const length = Buffer.byteLength(body)
  return Buffer.from(
    `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`,
  )
}

async function run({ name, port, connections, requests }: Load): Promise<LoadResult> {
  const bodies = questions.get(name) ?? []
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)))
  let [sent, failed] = [0, 0]
  const next = () => (sent < requests ? bodies[sent++ % bodies.length] : undefined)
  const from = performance.now()
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve, reject) => {
          const ask = () => {
            const body = next()
            if (body === undefined) resolve()
            else socket.write(body)
          }
          readAnswers(socket, (ok) => {
            if (!ok) failed += 1
            ask()
          })
          socket.once('close', () => reject(new Error('a server closed its connection')))
          ask()
        }),
    ),
  )
  const seconds = (performance.now() - from) / 1_000
  for (const socket of sockets) socket.removeAllListeners('close').destroy()
  return { seconds, failed }
}

const HEAD_END = Buffer.from('\r\n\r\n')
const CHUNKS_END = Buffer.from('0\r\n\r\n')

/** Tells of each answer, whether it is 200 and holds no error. */
function readAnswers(socket: Socket, tell: (ok: boolean) => void): void {
  let parts: Buffer[] = []
  let has = 0
  let expected: number | undefined
  let chunked = false
  socket.on('data', (part: Buffer) => {
    parts.push(part)
    has += part.length
    if (expected === undefined && !chunked) {
      const all = Buffer.concat(parts)
      const end = all.indexOf(HEAD_END)
      if (end < 0) return
      const [, length] = /content-length: *(\d+)/i.exec(all.toString('latin1', 0, end)) ?? []
      if (length === undefined) chunked = true
      else expected = end + HEAD_END.length + Number(length)
    }
    if (chunked ? !part.subarray(-CHUNKS_END.length).equals(CHUNKS_END) : has < (expected ?? 0))
      return
    const head = (parts[0] ?? part).toString('latin1', 0, 'HTTP/1.1 200'.length)
    const ok = head === 'HTTP/1.1 200' && !Buffer.concat(parts).includes('"errors"')
    ;[parts, has, expected, chunked] = [[], 0, undefined, false]
    tell(ok)
  })
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay()
  await new Promise((resolve) => socket.once('connect', resolve))
  return socket
}
