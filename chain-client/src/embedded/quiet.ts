import type { WebSocket } from 'ws'

/** Watches whether a client still works off what it was sent. */
export type Quiet = {
  /** The client has sent a request. */
  noteRequest(): void
  /**
   * Resolves when the client has read all that was sent to it so far and asked nothing more about it:
   * when some pings in a row came back without a request between them. Gives up waiting after
   * {@link MAX_WAIT_MS}, as some clients are never quiet.
   */
  settled: () => Promise<void>
}

/** One is not enough: it may overtake a request that its client is just about to send. */
const QUIET_PINGS = 3
const MAX_WAIT_MS = 2_000

export function createQuiet(socket: WebSocket): Quiet {
  let requests = 0
  let pings = 0
  const waiting = new Map<number, () => void>()
  const arrive = (last: number) => {
    for (const [ping, resolve] of waiting) {
      if (ping > last) continue
      waiting.delete(ping)
      resolve()
    }
  }
  socket.on('pong', (data) => arrive(Number(data.toString())))
  socket.on('close', () => arrive(Infinity))

  const roundTrip = () =>
    new Promise<void>((resolve) => {
      const ping = ++pings
      waiting.set(ping, resolve)
      // A socket that cannot send is closing, and that ends the wait.
      if (socket.readyState === socket.OPEN) socket.ping(`${ping}`)
      else arrive(ping)
    })

  return {
    noteRequest: () => {
      requests++
    },
    settled: async () => {
      const until = performance.now() + MAX_WAIT_MS
      let quiet = 0
      while (quiet < QUIET_PINGS && performance.now() < until) {
        const before = requests
        await roundTrip()
        quiet = requests === before ? quiet + 1 : 0
      }
    },
  }
}
