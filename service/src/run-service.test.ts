import assert from 'node:assert/strict'
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { ServiceMessage } from './run-service.ts'

const scratch = mkdtempSync(join(tmpdir(), 'covenant-service-'))
after(() => rmSync(scratch, { recursive: true }))

/** A file that runs `main` as a service; `untilStopped` is there for it to wait on. */
function service(name: string, main: string): string {
  const file = join(scratch, `${name}.ts`)
  const front = JSON.stringify(import.meta.resolve('./index.ts'))
  writeFileSync(
    file,
    `import { runService } from ${front}
     import { once } from 'node:events'
     const keepRunning = setInterval(() => {}, 1000)
     runService('trial', async ({ log, ready, signal }) => {
       const untilStopped = () => once(signal, 'abort')
       ${main}
     })`,
  )
  return file
}

async function message(child: ChildProcess): Promise<ServiceMessage> {
  const [received] = (await once(child, 'message')) as [ServiceMessage]
  return received
}

/** The exit code and all of stderr. (After a disconnect a forked child has no `close` event.) */
async function end(child: ChildProcess) {
  assert.ok(child.stderr)
  let output = ''
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  const [exit] = await Promise.all([once(child, 'exit'), once(child.stderr, 'end')])
  return { code: exit[0] as number | null, output }
}

test('a service says that it is ready, and ends with code 0 on each of the three signals', async () => {
  const file = service('stops', `ready({ port: 7 }); await untilStopped(); log.info('closed')`)
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    const child = fork(file, { silent: true })
    assert.deepEqual(await message(child), { type: 'ready', facts: { port: 7 } })
    const ended = end(child)
    child.kill(signal)
    const { code, output } = await ended
    assert.equal(code, 0)
    assert.match(output, new RegExp(`stopping reason=${signal}[^]*trial: closed`))
  }
})

test('a service stops when its supervisor is gone', async () => {
  const child = fork(service('orphan', `ready(); await untilStopped()`), { silent: true })
  await message(child)
  const ended = end(child)
  child.disconnect()
  const { code, output } = await ended
  assert.equal(code, 0)
  assert.match(output, /the supervisor is gone/)
})

test('an error is one line, reaches the supervisor, and ends the process with code 1', async () => {
  const child = fork(service('fails', `throw new Error('no such chain')`), { silent: true })
  const [told, { code, output }] = await Promise.all([message(child), end(child)])
  assert.deepEqual(told, { type: 'failed', message: 'no such chain' })
  assert.equal(code, 1)
  assert.equal(output.trimEnd().split('\n').length, 1)
})

test('an error that nobody caught ends the process with code 1 too', async () => {
  const file = service(
    'uncaught',
    `setImmediate(() => { throw new Error('lost') }); await untilStopped()`,
  )
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'ignore', 'pipe'] })
  const { code, output } = await end(child)
  assert.equal(code, 1)
  assert.match(output, /trial: lost/)
})
