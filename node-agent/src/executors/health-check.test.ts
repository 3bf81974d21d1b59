import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { launchSandbox } from './bubblewrap.ts'
import { checkHealth, type CheckOptions } from './health-check.ts'
import { closeInheritedFiles } from './leftovers.ts'
import { limitsFor } from './limits.ts'
import { openNetwork } from './network.ts'
import { httpAnswer, serverProgram, type Server } from './server-program.fixture.ts'
import { findTools, type SandboxTools } from './tools.ts'
import { workloadUid } from './workload-uid.ts'

closeInheritedFiles()

const tools = findTools(process.env['PATH'] ?? '') as SandboxTools
const uidOf = (what: string) =>
  process.getuid?.() === 0 ? workloadUid('health', process.pid, what) : undefined

/** A workload that is nothing but this server. */
async function serve(t: TestContext, server: Server) {
  const folder = await mkdtemp(join(tmpdir(), 'health-'))
  const root = join(folder, 'root')
  for (const point of ['dev', 'proc', 'tmp']) await mkdir(join(root, point), { recursive: true })
  await writeFile(join(root, 'server'), serverProgram(server), { mode: 0o755 })
  let said = ''
  const sandbox = launchSandbox({
    ...{ tools, root, uid: uidOf('main'), hostname: 'web', command: ['/server'], env: {} },
    limits: limitsFor({ cpu: 500, memory: 64, storage: 8 }),
    output: (chunk) => (said += Buffer.from(chunk).toString()),
  })
  t.after(async () => {
    await sandbox.stop(0)
    await rm(folder, { recursive: true })
  })
  const program = await sandbox.started
  assert.ok(program, 'it runs')
  const ask = (check: Partial<CheckOptions['check']>) =>
    checkHealth({
      ...{ tools, network: program.network, uid: uidOf('check') },
      check: { timeoutSeconds: 10, ...check },
    })
  /** Asks until it answers: it may not listen yet. */
  const askUntil = async (type: string, check: Partial<CheckOptions['check']>) => {
    for (;;) {
      const result = await ask(check)
      if (result.type === type) return result
      assert.notEqual(result.type, 'impossible', JSON.stringify(result))
    }
  }
  return { sandbox, ask, askUntil, said: () => said }
}

test('a tcp check is well when a connection is taken, from within the network of the workload', async (t) => {
  const { ask, askUntil } = await serve(t, { port: 8080 })
  assert.deepEqual(await askUntil('well', { tcp: { port: 8080 } }), { type: 'well' })
  assert.deepEqual(await ask({ tcp: { port: 8081 } }), {
    type: 'failed',
    why: 'connect ECONNREFUSED 127.0.0.1:8081',
  })
})

test('an http check is well when it is answered by success or a redirect', async (t) => {
  const answers = [200, 302, 399, 400, 503].map(httpAnswer)
  const { ask, askUntil } = await serve(t, {
    port: 8080,
    answers: [...answers, 'SSH-2.0-OpenSSH_9\r\n', ''],
  })
  const http = { port: 8080, path: '/' }
  await askUntil('well', { http })
  const later = []
  for (let index = 1; index < answers.length; index += 1) later.push(await ask({ http }))
  assert.deepEqual(later, [
    { type: 'well' },
    { type: 'well' },
    { type: 'failed', why: 'GET / answered 400' },
    { type: 'failed', why: 'GET / answered 503' },
  ])
  const silent = { type: 'failed', why: 'port 8080 closed the connection without an answer' }
  assert.deepEqual([await ask({ http }), await ask({ http })], [silent, silent])
  assert.deepEqual(await ask({ http, timeoutSeconds: 1 }), {
    type: 'failed',
    why: 'port 8080 did not answer within 1 s',
  })
})

test('a port that speaks another protocol is told so', async (t) => {
  const { askUntil } = await serve(t, { port: 2222, answers: [httpAnswer(200), 'x'.repeat(65)] })
  const http = { port: 2222, path: '/' }
  await askUntil('well', { http })
  assert.deepEqual(await askUntil('failed', { http }), {
    type: 'failed',
    why: 'port 2222 does not speak HTTP',
  })
})

test('a path is sent as it is written, whatever it means to a shell', async (t) => {
  const { askUntil, said } = await serve(t, { port: 8080, answers: [httpAnswer(200)] })
  const path = `/a?b='c"$(d);\`e\\&f|g>h`
  await askUntil('well', { http: { port: 8080, path } })
  assert.equal(said().split('\r\n')[0], `GET ${path} HTTP/1.1`)
})

test('what listens on the host is not what is asked', async (t) => {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const { ask } = await serve(t, { port: 1 })
  assert.equal((await ask({ tcp: { port } })).type, 'failed')
  assert.throws(() => openNetwork(process.pid, process.pid), /is in the network of the host/)
})

test('a workload that is gone is not asked', async (t) => {
  const { sandbox, ask } = await serve(t, { port: 8080 })
  await sandbox.stop(0)
  assert.deepEqual(await ask({ tcp: { port: 8080 } }), {
    type: 'impossible',
    why: 'the check could not be made: the workload is gone',
  })
})

test('a check that is broken off ends at once', async (t) => {
  const { sandbox } = await serve(t, { port: 8080 })
  const program = await sandbox.started
  const over = new AbortController()
  const asking = checkHealth({
    ...{ tools, network: program!.network, uid: uidOf('check'), signal: over.signal },
    check: { http: { port: 8080, path: '/' }, timeoutSeconds: 60 },
  })
  over.abort()
  assert.equal((await asking).type, 'impossible')
})
