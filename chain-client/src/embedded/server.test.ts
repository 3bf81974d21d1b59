import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { createLog } from '@covenant/service'
import { WebSocket } from 'ws'
import { type Methods, Started, Subscription, unsubscriber } from './rpc/method.ts'
import { RpcError } from './rpc/rpc-error.ts'
import { openServer, type ServerOptions } from './server.ts'

const log = createLog('test', () => {})

const METHODS: Methods = {
  double: (params) => 2 * params.count(0, 'number'),
  fail: () => {
    throw new Error('a bug')
  },
  refuse: () => {
    throw new RpcError(1010, 'Invalid Transaction', 'why')
  },
  later: () => Promise.resolve('later'),
}

async function serve(t: TestContext, options: Partial<ServerOptions> = {}): Promise<string> {
  const server = await openServer({ methods: METHODS, port: 0, log, ...options })
  t.after(() => server.close())
  return `127.0.0.1:${server.port}`
}

/** A connected client: what it gets is read one message after another. */
async function connect(t: TestContext, address: string) {
  const socket = new WebSocket(`ws://${address}`)
  t.after(() => socket.terminate())
  const messages: unknown[] = []
  const waiting: (() => void)[] = []
  socket.on('message', (message: Buffer) => {
    messages.push(JSON.parse(message.toString()))
    waiting.shift()?.()
  })
  await once(socket, 'open')
  return {
    socket,
    send: (message: unknown) =>
      socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: async () => {
      if (messages.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
      return messages.shift()
    },
  }
}

/** The status of a WebSocket handshake with that Origin; 101 is success. */
async function handshake(address: string, origin?: string): Promise<number> {
  const socket = new WebSocket(`ws://${address}`, origin === undefined ? {} : { origin })
  const [outcome] = await Promise.race([
    once(socket, 'open').then(() => [101]),
    once(socket, 'unexpected-response').then(([, response]) => [response.statusCode]),
  ])
  socket.on('error', () => {})
  socket.terminate()
  return outcome as number
}

const answer = (result: unknown, id: unknown = 1) => ({ jsonrpc: '2.0', id, result })
const errorOf = (response: unknown) => (response as { error: { code: number } }).error.code

test('a web page’s handshake is refused, and that of a program is not', async (t) => {
  const address = await serve(t)
  assert.equal(await handshake(address, 'https://evil.example'), 403)
  assert.equal(await handshake(address, 'http://localhost:3000'), 403)
  assert.equal(await handshake(address, 'null'), 403)
  assert.equal(await handshake(address), 101)
})

test('an allowed origin connects, and no other does', async (t) => {
  const address = await serve(t, { allowOrigins: ['http://localhost:3000'] })
  assert.equal(await handshake(address, 'http://localhost:3000'), 101)
  assert.equal(await handshake(address, 'http://localhost:3001'), 403)
})

test('a web page cannot post either', async (t) => {
  const address = await serve(t)
  const body = JSON.stringify(answer(undefined))
  const headers = { origin: 'https://evil.example', 'content-type': 'text/plain' }
  const response = await fetch(`http://${address}`, { method: 'POST', body, headers })
  assert.equal(response.status, 403)
})

test('requests are answered over HTTP', async (t) => {
  const address = await serve(t)
  const body = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'double', params: [21] })
  const response = await fetch(`http://${address}`, { method: 'POST', body })
  assert.deepEqual(await response.json(), answer(42, 7))
  assert.equal((await fetch(`http://${address}`)).status, 405)
})

test('a subscription over HTTP is refused', async (t) => {
  const watch = () => new Subscription('news', () => () => {})
  const address = await serve(t, { methods: { watch } })
  const body = JSON.stringify({ id: 1, method: 'watch' })
  const response = await fetch(`http://${address}`, { method: 'POST', body })
  assert.equal(errorOf(await response.json()), -32000)
})

test('whatever is sent gets an error of JSON-RPC, and the next request its answer', async (t) => {
  const { send, next } = await connect(t, await serve(t))
  const cases: [message: unknown, code: number][] = [
    ['{"id":1', -32700],
    ['', -32700],
    ['null', -32600],
    ['7', -32600],
    [[], -32600],
    [{ id: 1 }, -32600],
    [{ id: 1, method: 7 }, -32600],
    [{ id: 1, method: 'nothing' }, -32601],
    [{ id: 1, method: 'constructor' }, -32601],
    [{ id: 1, method: '__proto__' }, -32601],
    [{ id: 1, method: 'double', params: { number: 1 } }, -32602],
    [{ id: 1, method: 'double', params: 'x' }, -32602],
    [{ id: 1, method: 'double', params: [-1] }, -32602],
    [{ id: 1, method: 'fail' }, -32603],
    [{ id: 1, method: 'refuse' }, 1010],
  ]
  for (const [message, code] of cases) {
    send(message)
    assert.equal(errorOf(await next()), code, JSON.stringify(message))
  }
  send({ id: 1, method: 'double', params: [4] })
  assert.deepEqual(await next(), answer(8))
})

test('a batch is answered whole, and notifications in it are not', async (t) => {
  const { send, next } = await connect(t, await serve(t))
  send([
    { id: 1, method: 'double', params: [1] },
    { method: 'double', params: [2] },
    { id: 'x', method: 'later' },
  ])
  assert.deepEqual(await next(), [answer(2), answer('later', 'x')])
  send(Array.from({ length: 1_001 }, (_, id) => ({ id, method: 'later' })))
  assert.equal(errorOf(await next()), -32600)
})

test('a subscription’s id comes before its first message, and unsubscribing stops it', async (t) => {
  let stopped = 0
  const methods: Methods = {
    watch: () =>
      new Subscription('news', ({ notify }) => {
        notify('at once')
        return () => stopped++
      }),
    unwatch: unsubscriber(),
  }
  const { send, next } = await connect(t, await serve(t, { methods }))
  send({ id: 1, method: 'watch' })
  const { result: subscription } = (await next()) as { result: string }
  assert.deepEqual(await next(), {
    jsonrpc: '2.0',
    method: 'news',
    params: { subscription, result: 'at once' },
  })
  send({ id: 2, method: 'unwatch', params: [subscription] })
  assert.deepEqual(await next(), answer(true, 2))
  assert.equal(stopped, 1)
  send({ id: 3, method: 'unwatch', params: [subscription] })
  assert.deepEqual(await next(), answer(false, 3))
})

test('a subscription ends with its connection, and one that ended itself ends once', async (t) => {
  const stopped = Promise.withResolvers<void>()
  let ended = 0
  const methods: Methods = {
    watch: () => new Subscription('news', () => () => stopped.resolve()),
    once: () =>
      new Subscription('news', ({ notify, end }) => {
        end()
        notify('too late')
        return () => ended++
      }),
  }
  const { send, next, socket } = await connect(t, await serve(t, { methods }))
  send({ id: 1, method: 'once' })
  await next()
  send({ id: 2, method: 'watch' })
  assert.equal(((await next()) as { id: number }).id, 2, 'nothing came of the ended one')
  assert.equal(ended, 1)
  socket.close()
  await stopped.promise
})

test('a client has a bounded number of subscriptions', async (t) => {
  const watch = () => new Subscription('news', () => () => {})
  const { send, next } = await connect(t, await serve(t, { methods: { watch } }))
  const batch = Array.from({ length: 1_000 }, (_, id) => ({ id, method: 'watch' }))
  send(batch)
  await next()
  send(batch.slice(0, 25))
  const codes = ((await next()) as { error?: { code: number } }[]).map(({ error }) => error?.code)
  assert.deepEqual(codes, [...Array<undefined>(24).fill(undefined), -32006])
})

test('work that an answer announces begins once the answer is sent', async (t) => {
  const order: string[] = []
  const methods: Methods = {
    start: () =>
      new Started('begun', () => {
        order.push('work')
      }),
    look: () => [...order],
  }
  const { send, next } = await connect(t, await serve(t, { methods }))
  send([
    { id: 1, method: 'start' },
    { id: 2, method: 'look' },
  ])
  assert.deepEqual(await next(), [answer('begun'), answer([], 2)])
  send({ id: 3, method: 'look' })
  assert.deepEqual(await next(), answer(['work'], 3))
})

test('a client is settled once it asks nothing more about what it was sent', async (t) => {
  const order: string[] = []
  const methods: Methods = {
    watch: () =>
      new Subscription('news', ({ notify, settled }) => {
        notify('first')
        void settled().then(() => notify('settled'))
        return () => {}
      }),
    ask: () => {
      order.push('asked')
      return null
    },
  }
  const { send, next } = await connect(t, await serve(t, { methods }))
  send({ id: 1, method: 'watch' })
  await next()
  // Six questions, each sent when the one before it is answered.
  for (let asked = 0; asked < 6; asked++) {
    const message = (await next()) as { params?: { result: string } }
    assert.notEqual(message.params?.result, 'settled')
    send({ id: 2, method: 'ask' })
  }
  await next()
  assert.equal(((await next()) as { params: { result: string } }).params.result, 'settled')
  assert.equal(order.length, 6)
})

test('a message that is too long closes its connection only', async (t) => {
  const address = await serve(t)
  const { socket } = await connect(t, address)
  socket.on('error', () => {})
  socket.send('x'.repeat(15 * 2 ** 20 + 1))
  const [code] = (await once(socket, 'close')) as [number]
  assert.equal(code, 1009)
  const { send, next } = await connect(t, address)
  send({ id: 1, method: 'later' })
  assert.deepEqual(await next(), answer('later'))
})

test('it listens on loopback, and says whose port it would have taken', async (t) => {
  const port = Number((await serve(t)).split(':')[1])
  await assert.rejects(openServer({ methods: METHODS, port, log }), {
    name: 'PortInUse',
    message: new RegExp(`port ${port} is in use.*--port`),
  })
})
