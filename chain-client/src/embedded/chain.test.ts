import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createLog } from '@covenant/service'
import type { Hex } from '@covenant/schema/hash'
import { createChain } from './chain.ts'
import { createExecutor, type Executor } from './executor.ts'
import { buildGenesis } from './genesis.ts'
import { decodeHeader } from './header.ts'
import { readRuntime } from './runtime.ts'
import { openStore, type Store } from './store.ts'
import { temporaryFolder } from './testing.ts'

const log = createLog('test', () => {})
const executor = createExecutor()
after(() => executor.close())
const genesis = await buildGenesis({
  executor,
  code: readRuntime(),
  chainId: `0x${'7'.repeat(64)}`,
})

type World = { store?: (store: Store) => Store; executor?: Executor }

/** A chain at its genesis, with parts of it in the hands of the test. */
function createWorld({ store: change = (store) => store, executor: own = executor }: World = {}) {
  const store = openStore(temporaryFolder({ after }))
  after(() => store.close())
  store.append(genesis)
  return createChain({ store: change(store), executor: own, log })
}

const at = (slot: number, transactions: Hex[] = []) => ({
  timestampMs: slot * 100,
  slot,
  transactions,
})
/** Bytes that no runtime takes for an extrinsic. */
const GARBAGE: Hex = '0x08ffff'

test('a block is built on the head with the time and slot that it was given', async () => {
  const chain = createWorld()
  const first = await chain.extend(at(1_000))
  const second = await chain.extend(at(1_005))
  assert.equal(second.block.parentHash, first.block.hash)
  assert.equal(chain.head().hash, second.block.hash)
  assert.equal(chain.timestampMs(), 100_500)
  assert.deepEqual(
    [0, 1, 2, 3].map((number) => chain.block(number)?.hash),
    [genesis.hash, first.block.hash, second.block.hash, undefined],
  )
  const { number, parentHash } = decodeHeader(chain.head().header)
  assert.deepEqual([number, parentHash], [2, first.block.hash])
})

test('blocks asked for at the same time are built one after another', async () => {
  const chain = createWorld()
  const built = await Promise.all([1, 2, 3].map((slot) => chain.extend(at(slot))))
  assert.deepEqual(
    built.map(({ block }) => block.number),
    [1, 2, 3],
  )
})

test('nobody hears of a block that is not on disk', async () => {
  let isDiskFull = true
  const chain = createWorld({
    store: (store) => ({
      ...store,
      append: (block) => {
        if (isDiskFull) throw new Error('no space left')
        store.append(block)
      },
    }),
  })
  const heard: number[] = []
  chain.onBlock((block) => {
    assert.equal(chain.block(block.hash)?.number, block.number)
    heard.push(block.number)
  })
  await assert.rejects(chain.extend(at(1)), /no space left/)
  assert.deepEqual([heard, chain.head().number], [[], 0])
  isDiskFull = false
  await chain.extend(at(2))
  assert.deepEqual([heard, chain.head().number], [[1], 1])
})

test('a listener that fails keeps nobody else from hearing', async () => {
  const chain = createWorld()
  const heard: number[] = []
  chain.onBlock(() => {
    throw new Error('a bug')
  })
  const stop = chain.onBlock(({ number }) => heard.push(number))
  await chain.extend(at(1))
  stop()
  await chain.extend(at(2))
  assert.deepEqual(heard, [1])
})

test('a block in its parent’s slot is refused by the runtime, and leaves the chain as it was', async () => {
  const chain = createWorld()
  await chain.extend(at(5))
  await assert.rejects(chain.extend(at(5)))
  assert.equal(chain.head().number, 1)
  await chain.extend(at(6))
  assert.equal(chain.head().number, 2)
})

test('a block takes two runs of the runtime, unless a transaction is refused', async () => {
  let runs = 0
  const counting: Executor = {
    ...executor,
    run: (options) => {
      runs++
      return executor.run(options)
    },
  }
  const chain = createWorld({ executor: counting })
  await chain.extend(at(1))
  assert.equal(runs, 2)
  const { block, included, refusal } = await chain.extend(at(2, [GARBAGE]))
  assert.ok(runs > 4)
  assert.equal(included, 0)
  assert.equal(refusal?.reason, 'Trap')
  assert.equal(block.extrinsics.length, 1)
})
