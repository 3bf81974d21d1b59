import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import {
  type AddressInfo,
  createConnection,
  createServer as createProxy,
  type Server as NetServer,
} from 'node:net'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { WebSocketServer } from 'ws'
import { connect } from './connect.ts'
import { startEmbeddedChain } from './embedded/start.ts'
import { temporaryFolder } from './embedded/testing.ts'
import { ChainUnreachable, ConnectionLost, InvalidArgument, WrongChain } from './errors.ts'
import type { Chain, Head } from './types.ts'

/** Somebody who listens on a free port until the test is over; the address for a client. */
async function listen(t: TestContext, server: NetServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Takes every WebSocket and answers each message with this text, or not at all. */
async function listenAndAnswer(t: TestContext, answer: string | null): Promise<string> {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  t.after(() => sockets.clients.forEach((socket) => socket.terminate()))
  sockets.on('connection', (socket) => {
    socket.on('message', () => answer !== null && socket.send(answer))
  })
  return listen(t, server)
}

const unreachable = (endpoint: string, what: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ChainUnreachable, String(error))
  assert.equal(error.endpoint, endpoint)
  assert.match(error.message, what)
  assert.match(error.message, new RegExp(endpoint))
  assert.match(error.remedy, /npm start/)
  return true
}

test('an endpoint where nobody listens is one clear error', async (t) => {
  const server = createServer()
  const endpoint = await listen(t, server)
  await new Promise((resolve) => server.close(resolve))
  await assert.rejects(connect({ endpoint }), unreachable(endpoint, /nobody listens there/))
})

test('a server that refuses the handshake is an error with its answer', async (t) => {
  const server = createServer((_request, response) => response.writeHead(403).end())
  const endpoint = await listen(t, server)
  await assert.rejects(connect({ endpoint }), unreachable(endpoint, /403/))
})

test('a server that speaks something else is not taken for a chain', async (t) => {
  for (const answer of ['hello', '{"jsonrpc":"2.0","id":1,"result":"0x12"}', '[]']) {
    const endpoint = await listenAndAnswer(t, answer)
    await assert.rejects(
      connect({ endpoint }),
      unreachable(endpoint, /does not answer like a chain/),
    )
  }
})

test('a server that never answers is given up after the time that was allowed', async (t) => {
  const endpoint = await listenAndAnswer(t, null)
  await assert.rejects(
    connect({ endpoint, timeoutMs: 50 }),
    unreachable(endpoint, /no answer within 0.05 s/),
  )
})

test('what is no endpoint is refused before anything is tried', async () => {
  for (const endpoint of ['', '9944', 'localhost:9944', 'http://127.0.0.1:9944']) {
    await assert.rejects(connect({ endpoint }), InvalidArgument)
  }
})

test('a chain with another genesis is refused, and both are named', async (t) => {
  const dir = temporaryFolder(t)
  const embedded = await startEmbeddedChain({ dir, port: 0 })
  t.after(() => embedded.stop())
  const expected = `0x${'11'.repeat(32)}`
  await assert.rejects(connect({ endpoint: embedded.url, expectGenesis: expected }), (error) => {
    assert.ok(error instanceof WrongChain)
    assert.deepEqual([error.expected, error.actual], [expected, embedded.genesisHash])
    assert.match(error.message, new RegExp(expected))
    assert.match(error.message, new RegExp(embedded.genesisHash))
    return true
  })
  const chain = await connect({
    endpoint: embedded.url,
    expectGenesis: embedded.genesisHash.toUpperCase().replace('0X', '0x'),
  })
  assert.equal(chain.genesisHash, embedded.genesisHash)
  await chain.close()
})

test('a connection that is lost comes back: what waits is answered and heads go on', async (t) => {
  const dir = temporaryFolder(t)
  const first = await startEmbeddedChain({ dir, port: 0, idleMs: 200 })
  const chain = await connect({ endpoint: first.url })
  t.after(() => chain.close())
  const heights: number[] = []
  const { promise: resumed, resolve: onResumed } = Promise.withResolvers<void>()
  let restartedAt = Infinity
  const stop = chain.watchFinalized((head) => {
    heights.push(head.height)
    if (head.height > restartedAt) onResumed()
  })
  t.after(stop)
  const followed: number[] = []
  const following = (async () => {
    for await (const block of chain.follow({ from: 0 })) {
      followed.push(block.height)
      if (block.height > restartedAt) return
    }
  })()

  const before = await chain.finalizedHead()
  await first.stop()
  const reading = chain.clock.now()
  const second = await startEmbeddedChain({ dir, port: first.port, idleMs: 200 })
  t.after(() => second.stop())
  assert.ok((await reading) > 0)
  restartedAt = (await chain.finalizedHead()).height
  assert.ok(restartedAt >= before.height)
  await Promise.all([resumed, following])
  assert.deepEqual(
    heights,
    [...new Set(heights)].sort((a, b) => a - b),
    'heights rise',
  )
  assert.deepEqual(
    followed,
    followed.map((_, index) => index),
    'no block is missing or told twice',
  )
})

test('an answer that was lost with its connection is asked for again', async (t) => {
  const embedded = await startEmbeddedChain({ dir: temporaryFolder(t), port: 0 })
  t.after(() => embedded.stop())
  let cuts = 0
  let cutNext = false
  const proxy = createProxy((client) => {
    const chain = createConnection(embedded.port, '127.0.0.1')
    client.on('data', (data) => {
      if (!cutNext) return chain.write(data)
      cutNext = false
      cuts += 1
      return client.destroy()
    })
    chain.on('data', (data) => client.write(data))
    client.on('close', () => chain.destroy())
    client.on('error', () => chain.destroy())
    chain.on('close', () => client.destroy())
  })
  const chain = await connect({ endpoint: await listen(t, proxy) })
  t.after(() => chain.close())
  cutNext = true
  assert.equal(await chain.groups.nextId(), 1)
  assert.equal(cuts, 1)
})

test('another chain at the same endpoint ends the connection instead of being believed', async (t) => {
  const first = await startEmbeddedChain({ dir: temporaryFolder(t), port: 0 })
  const chain = await connect({ endpoint: first.url })
  t.after(() => chain.close())
  const following = (async () => {
    const seen: number[] = []
    for await (const { height } of chain.follow({ from: 0 })) seen.push(height)
    return seen
  })()
  const followed = assert.rejects(following, WrongChain)
  await first.stop()
  const reading = chain.finalizedHead()
  const read = assert.rejects(reading, WrongChain)
  const second = await startEmbeddedChain({ dir: temporaryFolder(t), port: first.port })
  t.after(() => second.stop())
  await Promise.all([read, followed])
  await assert.rejects(chain.clock.now(), WrongChain)
})

test('closing ends what is pending, and a second time nothing happens', async (t) => {
  const embedded = await startEmbeddedChain({ dir: temporaryFolder(t), port: 0 })
  t.after(() => embedded.stop())
  const controller = new AbortController()
  const chain: Chain = await connect({ endpoint: embedded.url, signal: controller.signal })
  const heads: Head[] = []
  chain.watchFinalized((head) => heads.push(head))
  const pending = assert.rejects(chain.groups.nextId(), ConnectionLost)
  controller.abort()
  await pending
  await chain.close()
  await assert.rejects(chain.finalizedHead(), ConnectionLost)
})

test('connecting, failing and closing write nothing to the console', async (t) => {
  const embedded = await startEmbeddedChain({ dir: temporaryFolder(t), port: 0 })
  t.after(() => embedded.stop())
  const program = `
    import { connect } from ${JSON.stringify(new URL('connect.ts', import.meta.url).href)}
    const chain = await connect({ endpoint: ${JSON.stringify(embedded.url)} })
    await chain.groups.nextId()
    await chain.groups.get(1, '0x${'00'.repeat(32)}').catch(() => {})
    await chain.block('0x${'00'.repeat(32)}').catch(() => {})
    chain.watchFinalized(() => {})
    await chain.close()
    await chain.finalizedHead().catch(() => {})
    await connect({ endpoint: 'ws://127.0.0.1:1' }).catch(() => {})
  `
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    program,
  ])
  assert.equal(stdout + stderr, '')
})
