import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { type TestContext, after, before, test } from 'node:test'
import { dashboardFigures, missingFigures } from '@covenant/service/dashboard'
import { type TestDatabase, openTestDatabase } from './testing/database.ts'
import { MAIN, startProcess } from './testing/process.ts'

let database: TestDatabase
before(async () => {
  database = await openTestDatabase()
  await database.rows.head(5)
})
after(() => database.close())

const start = (t: TestContext) => startProcess(t, database.url)

test('the process answers on loopback alone, and ends with code 0 when asked to', async (t) => {
  const { child, url, port } = await start(t)
  const response = await fetch(`${url}/graphql?query={meta{height}}`)
  assert.deepEqual(await response.json(), { data: { meta: { height: 5 } } })
  assert.equal(response.headers.get('covenant-height'), '5')
  const figures = await (await fetch(`${url}/metrics`)).text()
  assert.deepEqual(missingFigures(dashboardFigures('covenant-api'), figures), [])

  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
  for (const { address } of outside) {
    await assert.rejects(fetch(`http://${address}:${port}/live`), `it answers on ${address}`)
  }
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

test('a port in use is one line that names the port and the flag', async (t) => {
  const first = await start(t)
  const second = spawn(
    process.execPath,
    [MAIN, '--database', database.url, '--port', String(first.port)],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let output = ''
  second.stderr.on('data', (chunk) => (output += String(chunk)))
  assert.deepEqual(await once(second, 'close'), [1, null])
  assert.match(output, new RegExp(`port ${first.port} on 127\\.0\\.0\\.1 is in use`))
  assert.match(output, /--api-port PORT or COVENANT_API_PORT/)
  assert.equal(output.trim().split('\n').length, 1)
  first.child.kill('SIGTERM')
  await once(first.child, 'exit')
})

test('whatever bytes arrive, there is no 5xx, and the process goes on', async (t) => {
  const { child, url, port } = await start(t)
  const get = (path: string, headers = '') =>
    `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers}\r\n`
  const post = (rest: string) =>
    `POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n${rest}`
  const requests: [bytes: string, status: string][] = [
    ['\0\0\0\r\n\r\n', '400'],
    ['GET /graphql HTTP/9.9\r\n\r\n', '400'],
    ['GET /live HTTP/1.0\r\n\r\n', '200'],
    ['GET /graphql HTTP/1.1\r\nconnection: close\r\n\r\n', '400'],
    ['GET /graphql HTTP/1.1\r\nhost: ///:0\r\nconnection: close\r\n\r\n', '400'],
    ['GET /graphql HTTP/1.1\r\nhost: [\r\nconnection: close\r\n\r\n', '400'],
    [get('http://x/graphql'), '404'],
    [get('//graphql?query={meta{height}}'), '404'],
    [get('/graphql?query={meta{height}}', 'origin: \xe9\r\nif-none-match: \xff\r\n'), '200'],
    [get('/graphql?query={meta{height}}', 'accept: \xff\r\n'), '406'],
    [get('/graphql?query=%ff%zz&variables=%7b'), '400'],
    ['OPTIONS * HTTP/1.1\r\nhost: x\r\norigin: x\r\nconnection: close\r\n\r\n', '204'],
    [get(`/${'x'.repeat(20_000)}`), '431'],
    [post('content-length: x\r\n\r\n'), '400'],
    [post('content-length: 99999999999\r\n\r\n{'), '413'],
    [post('transfer-encoding: chunked\r\n\r\nzz\r\n'), '400'],
    [post('transfer-encoding: chunked\r\n\r\n3\r\n{"q\r\n0\r\n\r\n'), '400'],
    [post('content-encoding: x\r\ncontent-length: 2\r\n\r\n{}'), '200'],
    [post('content-length: 2\r\n\r\n\xff\xfe'), '400'],
  ]
  for (const [bytes, status] of requests) {
    const answer = await exchange(port, (socket) => socket.write(bytes, 'latin1'))
    assert.equal(answer.split(' ')[1], status, `${bytes} ${answer}`)
    assert.doesNotMatch(answer, /node_modules/)
  }
  // A caller who is gone before the end is told nothing, and is nobody else's trouble.
  await exchange(port, (socket) => socket.end(post('content-length: 99\r\n\r\n{"qu')))

  assert.equal((await fetch(`${url}/live`)).status, 200)
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

const MIB = 1024 * 1024

test('bodies without an end, slow bodies and huge headers take bounded memory, and nobody else’s turn', async (t) => {
  const { url, port } = await start(t)
  const memory = async () => {
    const text = await (await fetch(`${url}/metrics`)).text()
    return Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1])
  }
  const head = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'
  const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`
  const before = await memory()
  const endless = Array.from({ length: 8 }, () =>
    exchange(port, (socket) => {
      socket.write(`${head}transfer-encoding: chunked\r\n\r\n`)
      // 64 MiB each, as fast as they are taken.
      for (let sent = 0; sent < 64 * MIB; sent += 65_536) socket.write(chunk)
    }),
  )
  const headers = Array.from({ length: 50 }, () =>
    exchange(port, (socket) => socket.write(`GET / HTTP/1.1\r\nx: ${'x'.repeat(MIB)}`)),
  )
  const slow = Array.from({ length: 200 }, () => connect(port, '127.0.0.1'))
  for (const socket of slow) {
    socket.on('error', () => {})
    socket.write(`${head}content-length: 60000\r\n\r\n${' '.repeat(59_000)}`)
  }
  for (const answer of await Promise.all(endless)) assert.match(answer, /^(HTTP\/1.1 413|$)/)
  for (const answer of await Promise.all(headers)) assert.match(answer, /^(HTTP\/1.1 431|$)/)
  assert.equal((await fetch(`${url}/graphql?query={meta{height}}`)).status, 200)
  const grown = (await memory()) - before
  // All together sent 560 MiB.
  assert.ok(grown < 200 * MIB, `${Math.round(grown / MIB)} MiB more`)
  for (const socket of slow) socket.destroy()
})

/** All that comes back on a connection until it is closed. */
async function exchange(port: number, send: (socket: Socket) => void): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => (answer += String(chunk)))
  socket.on('error', () => {})
  send(socket)
  await new Promise((resolve) => socket.once('close', resolve))
  return answer
}
