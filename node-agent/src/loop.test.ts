import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBodies } from './bodies.ts'
import { runLoop, type LoopDeps, type Round } from './loop.ts'
import type { Step } from './plan.ts'
import { createTestChain, makeBody, makeNode, silent } from './testing.ts'
import type { WorkItem } from './work.ts'

const AGENT = 'agent'

function setUp(over: Partial<LoopDeps> = {}) {
  const chain = createTestChain(AGENT)
  const stopping = new AbortController()
  const steps: Step[] = []
  const rounds = { count: 0, next: Promise.withResolvers<void>() }
  const deps: LoopDeps = {
    chain,
    node: 1,
    work: { poll: async () => [], wasHeld: () => false, restart: () => {} },
    bodies: createBodies(chain),
    situation: async () => ({
      agent: AGENT,
      endpoint: undefined,
      periods: { heartbeatPeriod: 600, window: 1200, settlePeriod: 86_400, reportPeriod: 600 },
      policy: undefined,
      noSandbox: undefined,
      noHealthChecks: undefined,
      noVolumes: undefined,
      volumeSize: () => undefined,
      proven: [],
      workloads: new Map(),
      healths: new Map(),
      remembered: new Set(),
      fetches: new Map(),
      sweepDue: false,
    }),
    perform: async (step) => void steps.push(step),
    onRound: () => {
      rounds.count += 1
      rounds.next.resolve()
      rounds.next = Promise.withResolvers()
    },
    log: silent,
    signal: stopping.signal,
    ...over,
  }
  const start = () => {
    const ended = runLoop(deps)
    return async () => {
      stopping.abort()
      await ended
    }
  }
  return { chain, steps, rounds, deps, start }
}

test('a step that ends while the chain is read is not done again for what was read before', async () => {
  const { chain, steps, rounds, deps, start } = setUp()
  chain.node = makeNode({ agent: null, namedAgent: AGENT })
  const serving = Promise.withResolvers<void>()
  const reading = Promise.withResolvers<void>()
  const clock = Promise.withResolvers<void>()
  deps.perform = async (step) => {
    steps.push(step)
    await serving.promise
  }
  const stop = start()
  while (steps.length === 0) await rounds.next.promise

  // The next round has read the node as it was, and waits for the rest of its answer.
  chain.clock.now = async () => {
    reading.resolve()
    await clock.promise
    return 1000
  }
  await reading.promise
  chain.node = makeNode({ agent: AGENT })
  serving.resolve()
  await rounds.next.promise
  clock.resolve()
  const before = rounds.count
  while (rounds.count < before + 2) await rounds.next.promise
  await stop()
  assert.deepEqual(steps, [{ action: 'serve' }])
})

test('a step that fails is tried again, and what does not depend on it goes on', async () => {
  const { chain, steps, rounds, deps, start } = setUp()
  chain.node = makeNode({ agent: null, namedAgent: AGENT })
  deps.perform = async (step) => {
    steps.push(step)
    if (steps.length < 3) throw new Error('not now')
    chain.node = makeNode({ agent: AGENT })
  }
  const stop = start()
  while (steps.length < 3) await rounds.next.promise
  await stop()
  assert.deepEqual(
    steps.map(({ action }) => action),
    ['serve', 'serve', 'serve'],
  )
})

test('the end waits for the steps under way', async () => {
  const { chain, steps, rounds, deps, start } = setUp()
  chain.node = makeNode({ agent: null, namedAgent: AGENT })
  const serving = Promise.withResolvers<void>()
  let isOver = false
  deps.perform = async (step) => {
    steps.push(step)
    await serving.promise
    isOver = true
  }
  const stop = start()
  while (steps.length === 0) await rounds.next.promise
  const stopped = stop()
  serving.resolve()
  await stopped
  assert.ok(isOver)
})

test('what the API says of a block that is not final yet waits for it, and is no lie meanwhile', async () => {
  const told: Round[] = []
  let restarts = 0
  const { chain, rounds, deps, start } = setUp()
  chain.node = makeNode({ agent: AGENT })
  const at = { height: (await chain.finalizedHead()).height + 1, hash: '0x02' as const }
  let answer: WorkItem[] = [{ id: chain.nextId, bodies: ['{}'], at }]
  deps.work = {
    poll: async () => answer.splice(0),
    wasHeld: () => false,
    restart: () => void (restarts += 1),
  }
  const { onRound } = deps
  deps.onRound = (round) => {
    told.push({ ...round })
    onRound(round)
  }
  const stop = start()
  const seen = () => told.at(-1)?.target?.contracts.map(({ type }) => type) ?? []
  while (seen()[0] !== 'foreign') await rounds.next.promise
  const before = rounds.count
  while (rounds.count < before + 2) await rounds.next.promise
  assert.deepEqual(seen(), ['foreign'], 'it is looked for in each block that becomes final')

  chain.offer(makeBody())
  while (seen()[0] !== 'placed') await rounds.next.promise
  assert.equal(restarts, 0)

  // The block is final, and the chain has no such contract: that is said, and everything asked for anew.
  answer = [{ id: 99, bodies: [], at: { ...at, hash: '0x01' } }]
  while (told.at(-1)?.refusedClaim === null) await rounds.next.promise
  assert.match(told.at(-1)?.refusedClaim ?? '', /gives contract 99 to this node/)
  assert.ok(restarts > 0)
  await stop()
})

test('while the final head stays, a round asks the chain for nothing else, unless it looks elsewhere too', async (t) => {
  const { chain, rounds, deps, start } = setUp()
  let head = 1
  chain.finalizedHead = async () => ({ height: head, hash: `0x${head}` })
  const asked: number[][] = []
  const { several } = chain.contracts
  chain.contracts.several = async (ids, at) => {
    asked.push([...ids])
    return several(ids, at)
  }
  const situation = deps.situation
  let remembered = new Set([7])
  deps.situation = async () => ({ ...(await situation()), remembered })
  t.after(start())
  const more = async () => {
    const before = rounds.count
    while (rounds.count < before + 2) await rounds.next.promise
  }
  await more()
  assert.deepEqual(asked, [[7]])
  remembered = new Set([7, 8])
  await more()
  assert.deepEqual(asked, [[7], [7, 8]])
  head = 2
  await more()
  assert.deepEqual(asked, [[7], [7, 8], [7, 8]])
})
