import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, test } from 'node:test'
import { BlockUnavailable, ConnectionLost, UnexpectedShape } from './errors.ts'
import { follow } from './follow.ts'
import { followBest } from './follow-best.ts'
import type { BestWatcher, Header, Heads, Watcher } from './heads.ts'
import type { Advance, Block, Hex, KnownChain } from './types.ts'

/** A block's hash is its way: the branches that were taken, and how far. */
const genesis: Header = { height: 0, hash: '0xa0', parentHash: '0x' }

let headers: Map<string, Header>
let best: Header
let final: Header
let finalWatchers: Set<Watcher>
let bestWatchers: Set<BestWatcher>
/** How often each block was asked for. */
let asked: Map<string, number>
let failures: Map<string, Error>
let stopping: AbortController
beforeEach(() => {
  headers = new Map([[genesis.hash, genesis]])
  best = final = genesis
  finalWatchers = new Set()
  bestWatchers = new Set()
  asked = new Map()
  failures = new Map()
  stopping = new AbortController()
})
afterEach(() => stopping.abort())

/** So many blocks of a branch after another block; the last of them. */
function branch(name: string, parent: Header, count: number): Header {
  let tip = parent
  for (let made = 0; made < count; made += 1) {
    const height = tip.height + 1
    tip = { height, hash: `0x${name}${height}`, parentHash: tip.hash }
    headers.set(tip.hash, tip)
  }
  return tip
}

const blockOf = ({ height, hash, parentHash }: Header): Block => ({
  ...{
    height,
    hash,
    parentHash,
    timestampMs: 0,
    transactionVersion: 1,
    extrinsics: [],
    events: [],
  },
})

async function read(hash: Hex): Promise<Block> {
  await turn()
  asked.set(hash, (asked.get(hash) ?? 0) + 1)
  const failure = failures.get(hash)
  if (failure) throw failure
  return blockOf(headers.get(hash)!)
}

async function finalAt(height: number): Promise<Block> {
  let at = final
  while (at.height > height) at = headers.get(at.parentHash)!
  return read(at.hash)
}

const heads: Pick<Heads, 'finalized' | 'watch' | 'header' | 'watchBest'> = {
  finalized: () => Promise.resolve(final),
  header: (hash) => Promise.resolve(hash === undefined ? best : (headers.get(hash) ?? null)),
  watch(watcher) {
    finalWatchers.add(watcher)
    watcher.onHead(final)
    return () => finalWatchers.delete(watcher)
  },
  watchBest(watcher) {
    bestWatchers.add(watcher)
    watcher.onBest(best.height)
    return () => bestWatchers.delete(watcher)
  },
}

function moveTo(next: { best?: Header; final?: Header }) {
  best = next.best ?? best
  final = next.final ?? final
  if (next.best) for (const { onBest } of bestWatchers) onBest(best.height)
  if (next.final) for (const { onHead } of finalWatchers) onHead(final)
}

function start(known: KnownChain = { final: genesis, open: [] }): AsyncIterator<Advance> {
  const rpc = { closedBy: () => null }
  return followBest({
    ...{ heads, known, signal: stopping.signal, block: read },
    follow: (options) => follow({ rpc, heads, block: finalAt, ...options }),
  })[Symbol.asyncIterator]()
}

/** The next step, as text: what stays, what comes after it, and how far it is final. */
async function step(advances: AsyncIterator<Advance>): Promise<string> {
  const { value } = (await advances.next()) as { value: Advance }
  const { ancestor, blocks, finalizedHeight } = value
  return `${ancestor} ${blocks.map(({ hash }) => hash.slice(2)).join(' ')} final ${finalizedHeight}`
}

test('what is final comes first, then the best block as soon as there is one', async () => {
  const three = branch('a', genesis, 3)
  const five = branch('a', three, 2)
  moveTo({ best: five, final: three })
  const advances = start()
  assert.equal(await step(advances), '0 a1 final 3')
  assert.equal(await step(advances), '1 a2 final 3')
  assert.equal(await step(advances), '2 a3 final 3')
  assert.equal(await step(advances), '3 a4 a5 final 3')
  moveTo({ best: branch('a', five, 1) })
  assert.equal(await step(advances), '5 a6 final 3')
})

test('where every block is final at once none comes as one that is not', async () => {
  const advances = start()
  let tip = genesis
  for (let height = 1; height <= 5; height += 1) {
    const next = step(advances)
    tip = branch('a', tip, 1)
    moveTo({ best: tip, final: tip })
    assert.equal(await next, `${height - 1} a${height} final ${height}`)
  }
})

test('another branch is told whole, from the last block that both have', async () => {
  const four = branch('a', genesis, 4)
  moveTo({ best: four })
  const advances = start()
  assert.equal(await step(advances), '0 a1 a2 a3 a4 final 0')
  const two = headers.get('0xa2')!
  const other = branch('b', two, 40)
  moveTo({ best: other })
  const names = Array.from({ length: 40 }, (_, index) => `b${index + 3}`)
  assert.equal(await step(advances), `2 ${names.join(' ')} final 0`)
  moveTo({ best: branch('a', four, 39) })
  assert.match(await step(advances), /^2 a3 a4 a5 .* a43 final 0$/)
})

test('blocks that were told become final without being told again', async () => {
  const four = branch('a', genesis, 4)
  moveTo({ best: four })
  const advances = start()
  await advances.next()
  moveTo({ final: headers.get('0xa2')! })
  assert.equal(await step(advances), '4  final 1')
  assert.equal(await step(advances), '4  final 2')
  moveTo({ best: branch('b', headers.get('0xa3')!, 2) })
  assert.equal(await step(advances), '3 b4 b5 final 2')
})

test('what becomes final in the place of what was told is told from where they part', async () => {
  moveTo({ best: branch('a', genesis, 4) })
  const advances = start()
  await advances.next()
  const other = branch('b', headers.get('0xa1')!, 2)
  moveTo({ best: other, final: other })
  assert.equal(await step(advances), '4  final 1')
  assert.equal(await step(advances), '1 b2 final 3')
  assert.equal(await step(advances), '2 b3 final 3')
})

test('one who knows blocks that are not final is told only what differs', async () => {
  const four = branch('a', genesis, 4)
  const known: KnownChain = { final: genesis, open: ['0xa1', '0xa2', '0xa3', '0xa4'] }
  moveTo({ best: branch('b', headers.get('0xa3')!, 2) })
  assert.equal(await step(start(known)), '3 b4 b5 final 0')
  moveTo({ best: branch('a', four, 1) })
  assert.equal(await step(start(known)), '4 a5 final 0')
})

test('a branch whose state is gone, or whose answer was lost, is left for the best block after it', async () => {
  failures.set('0xa2', new BlockUnavailable('0xa2', { what: 'gone', remedy: '' }))
  failures.set('0xb1', new ConnectionLost('ws://here', { what: 'it ended', remedy: '' }))
  const advances = start()
  const next = step(advances)
  for (const name of ['a', 'b']) {
    moveTo({ best: branch(name, genesis, 2) })
    while (!asked.has(`0x${name}1`)) await turn()
    await turn()
  }
  moveTo({ best: branch('c', genesis, 3) })
  assert.equal(await next, '0 c1 c2 c3 final 0')
})

test('a best block that is behind what was told, or before it, says nothing', async () => {
  const four = branch('a', genesis, 4)
  moveTo({ best: four, final: headers.get('0xa2')! })
  const advances = start()
  for (const _ of [1, 2, 3]) await advances.next()
  const next = step(advances)
  moveTo({ best: headers.get('0xa3')! })
  await turn()
  moveTo({ best: headers.get('0xa1')! })
  await turn()
  moveTo({ best: branch('a', four, 1) })
  assert.equal(await next, '4 a5 final 2')
})

test('a best chain that leaves what is final ends it with an error, and nothing is waited for', async () => {
  moveTo({ best: branch('a', genesis, 4), final: headers.get('0xa2')! })
  const advances = start()
  for (const _ of [1, 2, 3]) await advances.next()
  const failed = assert.rejects(
    advances.next(),
    (error) =>
      error instanceof UnexpectedShape &&
      /block 3.parentHash: it is 0xb2, and block 2 is final as 0xa2/.test(error.message) &&
      /--fresh/.test(error.remedy),
  )
  moveTo({ best: branch('b', headers.get('0xa1')!, 5) })
  await failed
  assert.equal(finalWatchers.size + bestWatchers.size, 0)
})

test('a stop ends it without an error', async () => {
  const advances = start()
  const next = advances.next()
  await turn()
  stopping.abort()
  assert.deepEqual(await next, { done: true, value: undefined })
  assert.equal(finalWatchers.size + bestWatchers.size, 0)
})
