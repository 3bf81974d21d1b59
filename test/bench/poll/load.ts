/**
 * Asks over many connections at once, each its next question when it has its answer: the same
 * questions of whichever server it is told of. Written on sockets, so that it costs less than what it
 * measures.
 */
import { connect, type Socket } from 'node:net'

export type Load = { port: number; connections: number; requests: number }
export type LoadResult = { seconds: number; statuses: Record<string, number> }

const END = '\r\n\r\n'
let questions: string[] = []

process.on('message', (message: { questions: string[] } | Load) => {
  if ('questions' in message) questions = message.questions
  else void run(message).then((result) => process.send?.(result))
})
process.on('disconnect', () => process.exit())

async function run({ port, connections, requests }: Load): Promise<LoadResult> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)))
  const statuses: Record<string, number> = {}
  const from = performance.now()
  let sent = 0
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          let rest = ''
          const ask = () => {
            if (sent >= requests) return resolve()
            socket.write(questions[sent % questions.length] ?? '')
            sent += 1
          }
          socket.on('data', (chunk: string) => {
            rest += chunk
            // A 304 has no body: its head is all of it.
            if (!rest.endsWith(END)) return
            const status = rest.slice('HTTP/1.1 '.length, 'HTTP/1.1 304'.length)
            statuses[status] = (statuses[status] ?? 0) + 1
            rest = ''
            ask()
          })
          ask()
        }),
    ),
  )
  const seconds = (performance.now() - from) / 1_000
  for (const socket of sockets) socket.destroy()
  return { seconds, statuses }
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding('latin1').setNoDelay()
  await new Promise((resolve) => socket.once('connect', resolve))
  return socket
}
