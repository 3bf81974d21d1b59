import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Chain, connect } from '@covenant/chain-client'
import { startTestChain } from '@covenant/indexer/testing/chain'
import { playBeginning, playEnd } from '@covenant/indexer/testing/everything'
import { type Database, openDatabase } from '@covenant/schema/db'
import { startTestPostgres, type TestPostgres } from '@covenant/schema/testing'
import { createDice } from '@covenant/schema/testing-dice'
import {
  type Content,
  type ForkedBlock,
  type ForkingChain,
  record,
  type Recording,
  serveForks,
} from './forking-chain.ts'
import {
  allRows,
  type Change,
  countChanges,
  indexFresh,
  spawnIndexer,
  startIndexer,
  takeChanges,
} from './mirror.ts'

let postgres: TestPostgres
let recording: Recording
before(async () => {
  postgres = await startTestPostgres()
  const world = await startTestChain()
  await playBeginning(world)
  await playEnd(world)
  recording = await record(world.url)
  await world.stop()
})
after(() => postgres.stop())

let forks: ForkingChain
let chain: Chain
let db: Database
let url: string
let indexer: ReturnType<typeof startIndexer>
/** How much of the story has been told when a block is over. */
let told: WeakMap<ForkedBlock, number>
beforeEach(async () => {
  forks = await serveForks(recording)
  chain = await connect({ endpoint: forks.url })
  url = await postgres.createDatabase()
  db = openDatabase(url, { pipeline: true })
  told = new WeakMap([[forks.genesis, 0]])
})
afterEach(async () => {
  await indexer.stop().catch(() => undefined)
  await chain.close()
  await db.close()
  await forks.close()
})

const toldAt = (block: ForkedBlock) => told.get(block) ?? 0

function grow(parent: ForkedBlock, content: Content, progress: number): ForkedBlock {
  const block = forks.branch(parent, content)
  told.set(block, toldAt(parent) + progress)
  return block
}

/** As many blocks in which the story goes on, and empty ones after its end. */
function goOn(parent: ForkedBlock, count: number): ForkedBlock {
  let tip = parent
  for (let made = 0; made < count; made += 1) {
    const next = forks.story[toldAt(tip)]
    tip = next === undefined ? rest(tip, 1) : grow(tip, next, 1)
  }
  return tip
}

/** As many blocks in which nothing happens, an hour each: days end. */
function rest(parent: ForkedBlock, count: number): ForkedBlock {
  let tip = parent
  for (let made = 0; made < count; made += 1) {
    tip = grow(tip, forks.empty(tip.content, 3_600), 0)
  }
  return tip
}

/** Makes it the best block, and sees that the rows are those of its chain. */
async function follow(tip: ForkedBlock): Promise<void> {
  forks.switchTo(tip)
  await expectRows(tip)
}

async function expectRows(tip: ForkedBlock): Promise<void> {
  await indexer.until(tip, forks.final())
  const fresh = openDatabase(await postgres.createDatabase(), { pipeline: true })
  await indexFresh(fresh, chain, tip)
  assert.deepEqual(await allRows(db), await allRows(fresh))
  await fresh.close()
}

const noted = async () =>
  (await db.pool.query<{ height: number }>('SELECT DISTINCT height FROM undo ORDER BY 1')).rows.map(
    ({ height }) => height,
  )

/** All that the story ever does to rows. */
async function allChanges(): Promise<Set<Change>> {
  const whole = openDatabase(await postgres.createDatabase(), { pipeline: true })
  await countChanges(whole, 'all')
  await indexFresh(whole, chain, goOn(forks.genesis, forks.story.length))
  const changes = await takeChanges(whole, -1)
  await whole.close()
  return changes
}

for (const depth of [1, 5, 50]) {
  test(`branches of ${depth} blocks take turns, and the rows are always those of a fresh index of the best one`, async () => {
    await countChanges(db, 'undoable')
    indexer = startIndexer(chain, db)
    const undone = new Set<Change>()
    const leave = async (tip: ForkedBlock, fork: ForkedBlock) => {
      for (const change of await takeChanges(db, fork.height)) undone.add(change)
      await follow(tip)
    }
    let from = forks.genesis
    const rounds = depth === 50 ? Math.ceil(forks.story.length / depth) : 3
    for (let round = 0; round < rounds; round += 1) {
      const first = goOn(from, depth)
      await follow(first)
      const late = goOn(rest(from, 1), depth)
      await leave(late, from)
      const longer = goOn(first, 1)
      await leave(longer, from)
      await leave(rest(from, depth + 2), from)
      await leave(late, from)
      await leave(longer, from)
      assert.equal((await noted()).length, depth + 1)
      forks.finalize(longer)
      await expectRows(longer)
      assert.deepEqual(await noted(), [])
      from = depth === 50 ? longer : goOn(longer, Math.floor(forks.story.length / 4))
      forks.finalize(from)
      await indexer.until(from, from)
    }
    await indexer.stop()
    if (depth < 50) return
    const missed = (await allChanges()).difference(undone)
    // The genesis block brings the head, and is final from the beginning.
    assert.deepEqual(missed, new Set(['INSERT head']), 'all else that happens to rows was undone')
  })
}

test('what is undone by chance is never seen again: branches, ends and beginnings of the indexer at random', async () => {
  const dice = createDice(20_261_126)
  const reached = { switches: 0, deepest: 0, finals: 0, restarts: 0, forgotten: 0 }
  indexer = startIndexer(chain, db)
  let tips = [forks.genesis]
  for (let step = 0; step < 60; step += 1) {
    const final = forks.final()
    const from = pathTo(dice.of([final, ...tips]), final).at(-1 - dice.below(3)) ?? final
    const count = 1 + dice.below(6)
    const tip = dice.chance(0.8) ? goOn(from, count) : rest(from, count)
    tips.push(tip)
    const before = forks.best()
    const fork = forkOf(before, tip)
    if (fork !== before) reached.switches += 1
    reached.deepest = Math.max(reached.deepest, before.height - fork.height)
    if (dice.chance(0.15)) {
      reached.restarts += 1
      await indexer.stop()
      forks.switchTo(tip)
      indexer = startIndexer(chain, db)
    } else if (dice.chance(0.1)) {
      // The best block's state is gone before anybody has read it, and then another is the best.
      reached.forgotten += 1
      forks.forget(tip.hash)
      forks.switchTo(tip)
      tips = tips.filter((one) => one !== tip)
      const other = goOn(final, tip.height - final.height + 1)
      tips.push(other)
      forks.switchTo(other)
    } else forks.switchTo(tip)
    if (dice.chance(0.3)) {
      reached.finals += 1
      const path = pathTo(forks.best(), final)
      forks.finalize(path[dice.below(path.length)] ?? final)
      tips = tips.filter((one) => pathTo(one, forks.final()).length > 0)
    }
    if (dice.chance(0.4)) await expectRows(forks.best())
  }
  await expectRows(forks.best())
  await indexer.stop()
  console.log(reached)
  for (const [what, count] of Object.entries(reached)) assert.ok(count >= 3, `${what}: ${count}`)
})

/** The blocks after `from` up to `tip`; none where it does not come from there. */
function pathTo(tip: ForkedBlock, from: ForkedBlock): ForkedBlock[] {
  const path: ForkedBlock[] = []
  for (let at: ForkedBlock | null = tip; at !== null && at !== from; at = at.parent)
    path.unshift(at)
  return path[0]?.parent === from ? path : []
}

/** The last block that both chains have. */
function forkOf(one: ForkedBlock, other: ForkedBlock): ForkedBlock {
  let [a, b] = [one, other]
  while (a !== b) {
    if (a.height >= b.height) a = a.parent ?? forks.genesis
    else b = b.parent ?? forks.genesis
  }
  return a
}

test('an indexer that begins anew undoes what became another chain while it was away', async () => {
  indexer = startIndexer(chain, db)
  const fork = goOn(forks.genesis, 20)
  forks.finalize(fork)
  await follow(goOn(fork, 12))
  await indexer.stop()
  const other = goOn(rest(fork, 2), 30)
  forks.finalize(pathTo(other, fork)[7]!)
  forks.switchTo(other)
  indexer = startIndexer(chain, db)
  await expectRows(other)
  assert.equal((await noted()).length, 24)
})

test('an indexer that is killed while it follows branches writes the rows of one that never was', async () => {
  const dice = createDice(7)
  const fork = goOn(forks.genesis, 10)
  forks.finalize(fork)
  const tips = [goOn(fork, 30), goOn(rest(fork, 1), 31), rest(fork, 33)]
  let midway = 0
  for (let life = 0; life < 6; life += 1) {
    const child = spawnIndexer(forks.url, url)
    await child.ready
    forks.switchTo(tips[life % 3]!)
    await delay(dice.below(1_000))
    await child.kill()
    const { rows } = await db.pool.query<{ hash: string }>('SELECT hash FROM head')
    midway += rows[0]?.hash === forks.best().hash ? 0 : 1
  }
  console.log(`killed 6 times, ${midway} of them before the rows were those of the best block`)
  indexer = startIndexer(chain, db)
  await follow(goOn(tips[1]!, 4))
})

test('finality that decides against the best chain undoes it at once', async () => {
  indexer = startIndexer(chain, db)
  const fork = goOn(forks.genesis, 20)
  await follow(goOn(fork, 12))
  const other = goOn(rest(fork, 1), 3)
  forks.finalize(other)
  await expectRows(other)
  assert.deepEqual(await noted(), [])
})

test('a fork below what is final stops the indexer, saying what to do, and changes nothing', async () => {
  indexer = startIndexer(chain, db)
  const fork = goOn(forks.genesis, 20)
  const final = goOn(fork, 5)
  forks.finalize(final)
  const best = goOn(final, 3)
  await follow(best)
  const rows = await allRows(db)
  const said = { name: 'UnexpectedShape', remedy: /What is final never changes.*--fresh/ }
  const failed = assert.rejects(indexer.running, said)
  forks.switchTo(goOn(rest(fork, 1), 9))
  await failed
  assert.deepEqual(await allRows(db), rows)

  // So does one that finds it when it starts.
  forks.finalize(goOn(rest(fork, 1), 9))
  indexer = startIndexer(chain, db)
  await assert.rejects(indexer.running, {
    name: 'AnotherChain',
    message: new RegExp(`the rows end with block ${final.height} .*--fresh.*DATABASE_URL`),
  })
  assert.deepEqual(await allRows(db), rows)
})
