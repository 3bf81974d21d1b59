import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect, WrongChain } from '@covenant/chain-client'
import { ROOT, runCommand, startStack, type Stack } from '../stack.ts'

let stack: Stack
before(async () => {
  stack = await startStack()
})
after(async () => {
  await stack.stop()
  stack.remove()
})

/** Asks for a WebSocket as a browser would; the answer's status. */
async function handshake(origin?: string): Promise<number | undefined> {
  const asked = request(stack.urls.chain.replace('ws:', 'http:'), {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16, 7).toString('base64'),
      ...(origin !== undefined && { origin }),
    },
  })
  asked.end()
  const answered = Promise.race([once(asked, 'response'), once(asked, 'upgrade')])
  const [response] = (await answered) as [{ statusCode?: number }]
  asked.destroy()
  return response.statusCode
}

test("a web page's handshake is refused, a program's is not", async () => {
  assert.equal(await handshake('https://pages.example'), 403)
  assert.equal(await handshake('http://127.0.0.1:4000'), 403)
  assert.equal(await handshake(), 101)
})

test('a client that expects another chain is refused, naming both', async () => {
  const other = `0x${'11'.repeat(32)}`
  await assert.rejects(
    connect({ endpoint: stack.urls.chain, expectGenesis: other }),
    (error: Error) => error instanceof WrongChain && error.message.includes(other),
  )
})

test('a port in use is told with its flag, and nothing is left running', async () => {
  const data = join(stack.dataFolder, 'second')
  const port = new URL(stack.urls.chain).port
  const { code, stderr } = await runCommand([
    ...[join(ROOT, 'cli/bin/covenant.js'), 'up', '--data', data, '--chain-port', port],
  ])
  assert.equal(code, 1)
  assert.match(stderr, new RegExp(`${port}.*--chain-port`))
  assert.equal(stderr.trim().split('\n').length, 1)
})

test('a second stack in the same folder is refused', async () => {
  const { code, stderr } = await runCommand([
    ...[join(ROOT, 'cli/bin/covenant.js'), 'up', '--data', stack.dataFolder],
  ])
  assert.equal(code, 1)
  assert.match(stderr, /is in use by process \d+/)
})

test('an indexer whose rows are of another chain stops and says what to do', async () => {
  await stack.stop()
  rmSync(join(stack.dataFolder, 'chain'), { recursive: true })
  await assert.rejects(startStack({ after: stack }), (error: Error) => {
    assert.match(error.message, /the rows are of the chain 0x[0-9a-f]{64}, and ws:/)
    assert.match(error.message, /--fresh/)
    return true
  })
})
