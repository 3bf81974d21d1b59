import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Hex } from '@covenant/schema/hash'
import type { ServiceMessage } from '@covenant/service'
import {
  accountOf,
  connectApi,
  connectProvider,
  request,
  signTransfer,
  submitAndWatch,
  temporaryFolder,
} from './testing.ts'

type Running = { child: ChildProcess; url: string; genesis: Hex }

/** The process `covenant-chain`, ready, as the supervisor starts it. */
async function start(t: TestContext, data: string, port = 0): Promise<Running> {
  const child = spawn(t, ['--data', data, '--port', `${port}`])
  const message = await firstMessage(child)
  if (message.type === 'failed') throw new Error(message.message)
  return { child, ...(message.facts as { url: string; genesis: Hex }) }
}

function spawn(t: TestContext, flags: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const main = join(import.meta.dirname, 'main.ts')
  const child = fork(main, flags, { stdio: 'ignore', env: { ...process.env, ...env } })
  t.after(() => child.kill('SIGKILL'))
  return child
}

async function firstMessage(child: ChildProcess): Promise<ServiceMessage> {
  const [message] = (await once(child, 'message')) as [ServiceMessage]
  return message
}

async function failure(child: ChildProcess): Promise<{ message: string; code: number }> {
  const exited = once(child, 'exit')
  const message = await firstMessage(child)
  assert.equal(message.type, 'failed')
  const [code] = (await exited) as [number]
  return { message: message.message, code }
}

async function kill({ child }: Running, signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(child, 'exit')
  child.kill(signal)
  const [code] = (await exited) as [number | null]
  return code
}

const heightOf = async (url: string) =>
  Number((await request<{ number: Hex }>(url, 'chain_getHeader')).number)

test('what was reported as in a block is there after a SIGKILL, and the chain goes on', async (t) => {
  const data = temporaryFolder(t)
  const first = await start(t, data)
  const scope = { after: (undo: () => unknown) => t.after(undo) }
  const api = await connectApi(scope, first.url)
  const provider = connectProvider(scope, first.url)
  const from = accountOf('//Alice')
  const reported: { extrinsic: Hex; hash: Hex }[] = []
  const enough = Promise.withResolvers<void>()
  for (let nonce = 0; nonce < 12; nonce++) {
    const extrinsic = await signTransfer(api, { from, nonce })
    const watch = await submitAndWatch(provider, extrinsic)
    void watch
      .until((status) => typeof status === 'object' && status !== null && 'inBlock' in status)
      .then((status) => {
        reported.push({ extrinsic, hash: (status as { inBlock: Hex }).inBlock })
        return reported.length >= 3 && enough.resolve()
      })
  }
  await enough.promise
  const height = await heightOf(first.url)
  // The others are on their way now, one block of them in the making.
  await kill(first, 'SIGKILL')
  await provider.disconnect()
  await api.disconnect()

  const second = await start(t, data)
  assert.equal(second.genesis, first.genesis)
  assert.ok((await heightOf(second.url)) > height)
  for (const { extrinsic, hash } of reported) {
    const { block } = await request<{ block: { extrinsics: Hex[] } }>(
      second.url,
      'chain_getBlock',
      [hash],
    )
    assert.ok(block.extrinsics.includes(extrinsic))
  }
  const nonce = await request<number>(second.url, 'system_accountNextIndex', [from.address])
  assert.ok(nonce >= reported.length)
  assert.equal(await request(second.url, 'chain_getBlockHash', [0]), first.genesis)

  const busy = await failure(spawn(t, ['--data', data, '--port', '0']))
  assert.match(busy.message, new RegExp(`in use by process ${second.child.pid}`))
  assert.equal(busy.code, 1)

  assert.equal(await kill(second, 'SIGTERM'), 0)
  assert.deepEqual(readdirSync(data), ['chain.sqlite'])
})

test('a process that was killed while it made its genesis begins anew', async (t) => {
  const data = temporaryFolder(t)
  const files = watch(data)
  const child = spawn(t, ['--data', data, '--port', '0'])
  const exited = once(child, 'exit')
  for await (const { filename } of files) if (filename === 'chain.sqlite') break
  child.kill('SIGKILL')
  await exited
  const { url, genesis } = await start(t, data)
  assert.equal(await request(url, 'chain_getBlockHash', [0]), genesis)
})

test('a port in use is named, and nothing stays locked', async (t) => {
  const other = createServer()
  t.after(() => other.close())
  await once(other.listen(0, '127.0.0.1'), 'listening')
  const { port } = other.address() as { port: number }
  const data = temporaryFolder(t)
  const { message, code } = await failure(spawn(t, ['--data', data, '--port', `${port}`]))
  assert.match(message, new RegExp(`port ${port} is in use`))
  assert.equal(code, 1)
  assert.ok(!readdirSync(data).includes('lock'))
})

test('a wrong flag, folder or runtime is named at once', async (t) => {
  const data = temporaryFolder(t)
  const foreign = temporaryFolder(t)
  writeFileSync(join(foreign, 'chain.sqlite'), 'Dear diary, '.repeat(100))
  const cases: [flags: string[], message: RegExp, env?: NodeJS.ProcessEnv][] = [
    [[], /--data DIR is missing/],
    [['--data', data, '--port', '70000'], /--port 70000 is not a port/],
    [['--data', data, '--nonsense'], /--nonsense/],
    [['--data', foreign], /chain\.sqlite is damaged or not a chain's database/],
    [['--data', data], /missing\.wasm cannot be read/, { COVENANT_RUNTIME: '/missing.wasm' }],
  ]
  for (const [flags, expected, env] of cases) {
    const { message, code } = await failure(spawn(t, flags, env))
    assert.match(message, expected)
    assert.equal(code, 1)
  }
})
