import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { type TestContext, after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type TestDatabase, openTestDatabase } from './testing/database.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

let database: TestDatabase
before(async () => {
  database = await openTestDatabase()
  await database.rows.head(5)
})
after(() => database.close())

type Started = { child: ChildProcess; url: string; port: number }

async function start(t: TestContext): Promise<Started> {
  const child = spawn(process.execPath, [MAIN, '--port', '0'], {
    env: { ...process.env, DATABASE_URL: database.url },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  t.after(() => child.kill('SIGKILL'))
  const [message] = (await once(child, 'message')) as [{ type: string; facts: { url: string } }]
  assert.equal(message.type, 'ready')
  return { child, url: message.facts.url, port: Number(new URL(message.facts.url).port) }
}

test('the process answers on loopback alone, and ends with code 0 when asked to', async (t) => {
  const { child, url, port } = await start(t)
  const response = await fetch(`${url}/graphql?query={meta{height}}`)
  assert.deepEqual(await response.json(), { data: { meta: { height: 5 } } })
  assert.equal(response.headers.get('covenant-height'), '5')

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

/** All that comes back on a connection until it is closed. */
async function exchange(port: number, send: (socket: Socket) => void): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => (answer += String(chunk)))
  socket.on('error', () => {})
  send(socket)
  await once(socket, 'close')
  return answer
}
