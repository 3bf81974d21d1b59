import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hex } from '@covenant/schema/hash'
import type { Pool, StatusListener, TransactionStatus } from '../pool.ts'
import { authorMethods } from './author.ts'
import { Subscription } from './method.ts'
import { Params } from './params.ts'

const BLOCK: Hex = '0xb10c'
const OTHER: Hex = '0x07e4'

/** Lets everything happen that waits for nothing but its turn. */
const turn = () => new Promise(setImmediate)

/** Watches one transaction over a pool in the test's hands. */
async function watch() {
  let say: StatusListener = () => {}
  const unwatched: StatusListener[] = []
  const pool: Pick<Pool, 'submit' | 'unwatch'> = {
    submit: (_extrinsic, onStatus) => {
      say = onStatus!
      say('ready')
      return Promise.resolve('0xaa')
    },
    unwatch: (_hash, listener) => unwatched.push(listener),
  }
  const { author_submitAndWatchExtrinsic: submitAndWatch } = authorMethods({
    pool: pool as Pool,
  })
  const connection = { unsubscribe: () => true }
  const subscription = await submitAndWatch!(new Params(['0xaa']), connection)
  assert.ok(subscription instanceof Subscription)

  const heard: unknown[] = []
  const settled = Promise.withResolvers<void>()
  const start = () => {
    let hasEnded = false
    const end = () => {
      assert.equal(hasEnded, false)
      hasEnded = true
      heard.push('end')
      stop()
    }
    const notify = (status: unknown) => heard.push(status)
    const stop = subscription.start({ id: 'x', notify, settled: () => settled.promise, end })
    return stop
  }
  return {
    start,
    settle: settled.resolve,
    say: (status: TransactionStatus) => say(status),
    heard,
    unwatched,
  }
}

test('what happens before the client knows its subscription is told first', async () => {
  const { start, say, heard } = await watch()
  say('future')
  start()
  say('ready')
  assert.deepEqual(heard, ['ready', 'future', 'ready'])
})

test('a client has time to read the block before it hears that it is final', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { start, say, settle, heard } = await watch()
  start()
  say({ inBlock: BLOCK })
  say({ finalized: BLOCK })
  const soFar = ['ready', { inBlock: BLOCK }]
  settle()
  t.mock.timers.tick(99)
  await turn()
  assert.deepEqual(heard, soFar)
  t.mock.timers.tick(1)
  await turn()
  assert.deepEqual(heard, [...soFar, { finalized: BLOCK }, 'end'])
})

test('a client that still asks about the block has its answers first', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { start, say, settle, heard } = await watch()
  start()
  say({ finalized: BLOCK })
  t.mock.timers.tick(100)
  await turn()
  assert.deepEqual(heard, ['ready'])
  settle()
  await turn()
  assert.deepEqual(heard, ['ready', { finalized: BLOCK }, 'end'])
})

test('every other end is told at once, and is the last word', async () => {
  for (const last of ['invalid', 'dropped', { usurped: OTHER }] as const) {
    const { start, say, heard, unwatched } = await watch()
    start()
    say(last)
    assert.deepEqual(heard, ['ready', last, 'end'])
    assert.equal(unwatched.length, 1)
  }
})

test('a client that has gone hears nothing more', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { start, say, settle, heard, unwatched } = await watch()
  const stop = start()
  say({ finalized: BLOCK })
  stop()
  settle()
  t.mock.timers.tick(100)
  await turn()
  assert.deepEqual(heard, ['ready'])
  assert.equal(unwatched.length, 1)
})
