/**
 * Agents with one seed on hosts of their own, which share nothing but the chain: each has a network of
 * its own, so that no lock of one host tells them apart. The chain's clock is moved by the test.
 */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect as connectSocket, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { connect, type Chain } from '@covenant/chain-client'
import { startEmbeddedChain, type EmbeddedChain } from '@covenant/chain-client/embedded/start'
import { agentStatusSchema } from '@covenant/schema/agent-status'
import { processesOf } from '../deployment.ts'
import { LAUNCHER, runCommand, until } from '../stack.ts'

const OTHER_HOST = join(import.meta.dirname, 'other-host.fixture.ts')
const folder = mkdtempSync(join(tmpdir(), 'covenant-twins-'))
const socket = join(folder, 'chain.sock')
const silent = { debug() {}, info() {}, warn() {}, error() {} }

let embedded: EmbeddedChain
let bridge: Server
let chain: Chain
let node: number

before(async () => {
  embedded = await startEmbeddedChain({
    ...{ dir: join(folder, 'chain'), port: 0, dev: true, log: silent },
  })
  bridge = createServer((client) => {
    const server = connectSocket(embedded.port, '127.0.0.1')
    client.pipe(server).pipe(client)
    for (const one of [client, server]) {
      one.on('error', () => {
        client.destroy()
        server.destroy()
      })
    }
  }).listen(socket)
  await once(bridge, 'listening')
  chain = await connect({ endpoint: embedded.url })
})
after(async () => {
  await chain.close()
  bridge.close()
  await embedded.stop()
  rmSync(folder, { recursive: true })
})

/** An agent with a folder of this name, on a host of its own; `said` is what it printed. */
function startAgent(t: TestContext, name: string) {
  const data = join(folder, name)
  const flags = [`--data=${data}`, '--api=http://127.0.0.1:9', '--operator=//Eve']
  const child = spawn(
    'bwrap',
    [
      ...['--dev-bind', '/', '/', '--unshare-net', '--die-with-parent'],
      ...(process.getuid?.() === 0 ? ['--cap-add', 'ALL'] : []),
      ...['--', process.execPath, OTHER_HOST, socket, ...flags],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] } },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  const ended = once(child, 'close') as Promise<[number | null]>
  const agent = {
    data,
    ended: ended.then(([code]) => code),
    said: () => said,
    status: () =>
      agentStatusSchema.parse(JSON.parse(readFileSync(join(data, 'status.json'), 'utf8'))),
    /** To the agent itself; what carries its bytes to the chain goes on. */
    signal: (signal: NodeJS.Signals) => process.kill(agent.status().pid, signal),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
      await until(() => processesOf(`--data=${data}`).length === 0)
    },
  }
  t.after(() => endNow(child, agent.kill))
  return agent
}

async function endNow(child: ChildProcess, kill: () => Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await kill()
}

/** Another folder with the seed of one. */
function copySeed(from: string, to: string): void {
  mkdirSync(join(folder, to))
  cpSync(join(folder, from, 'seed'), join(folder, to, 'seed'))
}

const READY = / ready node=\d+ agent=\w+ sandbox=/
const lastSeen = async () => (await chain.nodes.get(node))?.lastSeen ?? 0

/** Moves the chain's clock to so many seconds after the node was seen last. */
async function moveClock(seconds: number): Promise<void> {
  const seen = await lastSeen()
  for (;;) {
    const left = seen + seconds - (await chain.clock.now())
    if (left <= 0) return
    // More is not counted of one block.
    await rpc('dev_timeTravel', Math.min(left, 60) * 1_000)
    await rpc('dev_newBlock')
  }
}

async function rpc(method: string, ...params: number[]): Promise<void> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  await fetch(embedded.url.replace(/^ws/, 'http'), { method: 'POST', body })
}

const { heartbeatPeriod: PERIOD } = { heartbeatPeriod: 600 }

test('on another host the second waits for a sign of the first, and refuses once there is one', async (t) => {
  const first = startAgent(t, 'first')
  await until(() => READY.test(first.said()))
  node = first.status().node ?? 0
  const { agent } = first.status()
  assert.ok(!first.said().includes('waiting'), 'a node that nobody has served is served at once')

  copySeed('first', 'second')
  const second = startAgent(t, 'second')
  await until(() => second.said().includes('waiting'))
  const nonce = await chain.system.nextNonce(agent)
  const { stdout } = await runCommand([LAUNCHER, 'node', 'status', '--data', second.data])
  assert.match(stdout, /seed +this folder does not know of all .*: it begins in \d+ s, unless/)

  await moveClock(PERIOD)
  assert.equal(await second.ended, 1)
  assert.match(second.said(), new RegExp(`another agent with this seed \\(${agent}\\) is alive`))
  assert.match(second.status().seedProblem ?? '', /by block \d+ .* Stop it, or give this machine/)
  assert.equal(await chain.system.nextNonce(agent), nonce + 1, 'the first alone has signed')
  assert.equal(first.status().seedProblem, null)
  await first.kill()

  const again = startAgent(t, 'first')
  await until(() => READY.test(again.said()))
  assert.ok(!again.said().includes('waiting'), 'a killed agent knows what it has signed')
})

test('a wiped folder waits for a heartbeat period at most; who comes back to find another in its place ends', async (t) => {
  const first = startAgent(t, 'first')
  await until(() => READY.test(first.said()))
  // As a host that is paused, or has lost its network.
  first.signal('SIGSTOP')

  copySeed('first', 'third')
  const third = startAgent(t, 'third')
  await until(() => third.said().includes('waiting'))
  const seen = await lastSeen()
  await moveClock(PERIOD + 60)
  await until(() => READY.test(third.said()))
  await until(async () => (await lastSeen()) > seen)
  assert.equal(third.status().seedProblem, null)

  first.signal('SIGCONT')
  assert.equal(await first.ended, 1)
  assert.match(first.said(), /another agent with this seed .* is alive on another host/)
  await until(() => third.status().api.problem !== null)
  assert.equal(third.status().seedProblem, null, 'the one in its place goes on')
})
