import { START } from '@covenant/service/installed'
import { WebSocket } from 'ws'
import { ChainUnreachable } from './errors.ts'
import type { Hex } from './types.ts'

/**
 * Asks whoever listens at an endpoint for its genesis hash, once, over a connection of its own.
 *
 * Nothing else connects before this was answered, so a wrong address, a web server or another chain
 * is one clear error. Rejects with `ChainUnreachable`.
 */
export function askGenesis(endpoint: string, timeoutMs: number): Promise<Hex> {
  const { promise, resolve, reject } = Promise.withResolvers<Hex>()
  const refuse = (what: string, cause?: unknown) =>
    reject(
      new ChainUnreachable(endpoint, {
        what,
        remedy: `Start one with \`${START}\`, or name the ws:// or wss:// endpoint of one that runs.`,
        cause,
      }),
    )
  const socket = new WebSocket(endpoint, { maxPayload: MAX_ANSWER_BYTES })
  const timer = setTimeout(() => refuse(`no answer within ${timeoutMs / 1000} s`), timeoutMs)
  socket.on('open', () => socket.send(JSON.stringify(QUESTION)))
  socket.on('message', (data: Buffer) => {
    const genesis = readAnswer(data.toString())
    if (genesis !== null) resolve(genesis)
    else refuse('what listens there does not answer like a chain')
  })
  socket.on('error', (error) => refuse(explain(error), error))
  socket.on('close', (code) => refuse(`it hung up (code ${code})`))
  return promise.finally(() => {
    clearTimeout(timer)
    socket.terminate()
  })
}

const MAX_ANSWER_BYTES = 1 << 16
const QUESTION = { jsonrpc: '2.0', id: 1, method: 'chain_getBlockHash', params: [0] }

function readAnswer(text: string): Hex | null {
  const [genesis] = /(?<="result"\s*:\s*")0x[0-9a-f]{64}(?=")/.exec(text) ?? []
  return (genesis as Hex | undefined) ?? null
}

function explain(error: Error & { code?: string }): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'nobody listens there (ECONNREFUSED)'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `no such host (${error.code})`
    default:
      return error.message || String(error.code)
  }
}
