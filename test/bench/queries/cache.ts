/**
 * The same cache for whichever engine it stands before: answers by the request's body, the latest
 * asked for, until there is a new block. Blocks come here by a count of requests, so that each engine
 * has as many of them.
 */
import { Agent, createServer, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const [port = '', requestsPerBlock = ''] = process.argv.slice(2)
const MAX_KEPT = 10_000

const agent = new Agent({ keepAlive: true })
const kept = new Map<string, Buffer>()
let count = 0

const server = createServer((incoming, response) => {
  const parts: Buffer[] = []
  incoming.on('data', (part: Buffer) => parts.push(part))
  incoming.on('end', () => {
    count += 1
    if (count % Number(requestsPerBlock) === 0) kept.clear()
    const body = Buffer.concat(parts).toString('latin1')
    const known = kept.get(body)
    if (known) return answer(response, known)
    void ask(Buffer.concat(parts)).then((fresh) => {
      if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value ?? '')
      kept.set(body, fresh)
      answer(response, fresh)
    })
  })
})
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})
process.on('disconnect', () => process.exit())

function answer(response: ServerResponse, body: Buffer): void {
  response
    .writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
    .end(body)
}

async function ask(body: Buffer): Promise<Buffer> {
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json',
    'content-length': body.length,
  }
  const asked = request({ agent, port, path: '/graphql', method: 'POST', headers })
  asked.end(body)
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  asked.on('error', reject)
  asked.on('response', (response) => {
    const parts: Buffer[] = []
    response.on('data', (part: Buffer) => parts.push(part))
    response.on('end', () => resolve(Buffer.concat(parts)))
  })
  return await promise
}
