import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ConnectionLost, type Chain } from '@covenant/chain-client'
import { createNonceBook } from './nonce-book.ts'
import type { Nonces } from './state/memory.ts'
import { AGENT, createTestChain, makeNode, silent, type TestChain } from './testing.ts'
import { waitForSilence, watchForTwin } from './twin.ts'

/** An agent on a live chain whose account has signed ten times, of which its folder knows `nonces`. */
function setUp(nonces?: Nonces, over: Partial<Chain> = {}) {
  const chain: TestChain = Object.assign(createTestChain(AGENT), {
    ...{ endpoint: 'wss://chain.example', chainType: 'Live', nonce: 10 },
    ...over,
  })
  chain.now = 1_300
  const memory = {
    nonces,
    setNonces: async (value: Nonces) => {
      memory.nonces = value
    },
  }
  const stopping = new AbortController()
  const published: (string | null)[] = []
  const waits = Promise.withResolvers<void>()
  const book = createNonceBook(memory, silent)
  const deps = {
    ...{ chain, node: 1, agent: AGENT, nonces: book },
    service: { log: silent, signal: stopping.signal, ready: () => waits.resolve() },
    publish: (problem: string | null) => void published.push(problem),
  }
  return { chain, deps, book, memory, published, waits: waits.promise, stopping }
}

/** What the agent waits for is looked at once more. */
async function look(chain: TestChain): Promise<void> {
  const read = Promise.withResolvers<void>()
  const { finalizedHead } = chain
  chain.finalizedHead = async () => {
    read.resolve()
    return finalizedHead()
  }
  chain.move()
  await read.promise
  await new Promise((resolve) => setImmediate(resolve))
}

test('an agent begins at once where all that was signed is in its book', async () => {
  const { deps, book, published } = setUp({ from: 8, own: [8, 9] })
  await waitForSilence(deps)
  assert.deepEqual(published, [null])
  assert.ok(book.covers(10))
})

test('it begins at once where no agent serves the node, and answers for what comes', async () => {
  const { chain, deps, book } = setUp()
  chain.node = makeNode({ agent: null, namedAgent: AGENT })
  await waitForSilence(deps)
  assert.ok(book.covers(10) && !book.covers(11))
})

test('it begins at once where the node was seen more than a heartbeat period ago', async () => {
  const { chain, deps, book, published } = setUp()
  chain.now = 1_000 + 600 + 60
  await waitForSilence(deps)
  assert.deepEqual(published, [null])
  assert.ok(book.covers(10))
})

test('it begins at once on a development chain of this host, where the lock has told all', async (t) => {
  const own = { chainType: 'Development', endpoint: 'ws://127.0.0.1:9944' } as const
  await waitForSilence(setUp(undefined, own).deps)
  for (const over of [
    { ...own, endpoint: 'ws://chain.example:9944' },
    { ...own, chainType: 'Live' as const },
  ]) {
    const { deps, waits } = setUp(undefined, over)
    await waiting(t, deps, waits)
  }
})

/** Makes sure that it waits, until the test is over. */
async function waiting(
  t: TestContext,
  deps: Parameters<typeof waitForSilence>[0],
  waits: Promise<void>,
) {
  const stopping = new AbortController()
  const ended = waitForSilence({ ...deps, service: { ...deps.service, signal: stopping.signal } })
  t.after(async () => {
    stopping.abort()
    await ended
  })
  await waits
}

test('else it waits, says for how long, and begins when nobody has shown himself', async () => {
  const { chain, deps, book, published, waits } = setUp({ from: 8, own: [8] })
  const ended = waitForSilence(deps)
  await waits
  assert.match(published[0] ?? '', /it begins in 360 s, unless another agent with this seed/)
  chain.now = 1_659
  await look(chain)
  assert.ok(!book.covers(10))
  chain.now = 1_660
  chain.move()
  await ended
  assert.equal(published.at(-1), null)
  assert.ok(book.covers(10))
})

test('it refuses when the account signs meanwhile what is not in its book', async () => {
  const { chain, deps, memory, published, waits } = setUp()
  const ended = waitForSilence(deps)
  await waits
  chain.nonce += 1
  chain.move()
  await assert.rejects(ended, /another agent with this seed \(agent\) is alive on another host: by/)
  assert.match(published.at(-1) ?? '', /Stop it, or give this machine a seed of its own/)
  assert.equal(memory.nonces, undefined, 'started again it waits again')
})

test('what the agent before it sent when it was killed is nobody else’s, though it comes late', async () => {
  const { chain, deps, waits } = setUp({ from: 8, own: [8, 10] })
  const ended = waitForSilence(deps)
  await waits
  chain.nonce = 11
  await look(chain)
  chain.now = 1_660
  chain.move()
  await ended
})

test('as long as the chain cannot be read nothing is begun', async () => {
  const { chain, deps, book, waits } = setUp()
  const ended = waitForSilence(deps)
  await waits
  const { finalizedHead } = chain
  chain.finalizedHead = async () => {
    throw new ConnectionLost('memory', { what: 'gone', remedy: '' })
  }
  chain.now = 5_000
  await look(chain)
  assert.ok(!book.covers(10))
  chain.finalizedHead = finalizedHead
  chain.move()
  await ended
})

test('an agent that serves ends when the account signs what it has not signed, and not before', async () => {
  const { chain, deps, book, published } = setUp({ from: 10, own: [] })
  const watch = watchForTwin(deps)
  const heartbeat = chain.calls.nodes.heartbeat({ node: 1 })
  await book.submit((onStatus) => chain.submit(heartbeat, {} as never, { onStatus }))
  await look(chain)
  assert.ok(!watch.found.aborted)
  const found = new Promise((resolve) => watch.found.addEventListener('abort', resolve))
  chain.nonce += 1
  chain.move()
  await found
  assert.match(String(watch.found.reason), /is alive on another host/)
  assert.match(published.at(-1) ?? '', /covenant node rotate 1/)
  await watch.stop()
})

test('an agent that was taken from its node, and lost its count, is no other when it is named again', async () => {
  const { chain, deps, book } = setUp({ from: 10, own: [] })
  const watch = watchForTwin(deps)
  chain.node = makeNode({ agent: 'another' })
  await look(chain)
  chain.node = makeNode({ agent: 'another', namedAgent: AGENT })
  chain.nonce = 5_000
  await look(chain)
  const serve = chain.calls.nodes.serve({ node: 1 })
  await book.submit((onStatus) => chain.submit(serve, {} as never, { onStatus }))
  await look(chain)
  assert.ok(!watch.found.aborted)
  await watch.stop()
})
