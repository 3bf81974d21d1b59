import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Database, openDatabase } from '@covenant/schema/db'
import { startTestPostgres, type TestPostgres } from '@covenant/schema/testing'
import { readHead } from './stores/head.ts'
import { indexAll, startTestChain, type TestChain } from './testing/chain.ts'
import { playBeginning, playEnd } from './testing/everything.ts'
import { tablesUpTo } from './testing/tables.ts'

/** `COVENANT_KILLS=200` for a long run. */
const KILLS = Number(process.env['COVENANT_KILLS'] ?? 8)
/** A life is ended so long after its first block at the latest. */
const LONGEST_LIFE_MS = 400

let postgres: TestPostgres
let world: TestChain
before(async () => {
  postgres = await startTestPostgres()
  world = await startTestChain()
})
after(async () => {
  await world.stop()
  await postgres.stop()
})

/** One life of the program, killed at a random moment after it has begun to write; answers how far it came. */
async function liveOnce(url: string, db: Database): Promise<number> {
  const child = fork(
    join(import.meta.dirname, 'main.ts'),
    ['--chain', world.url, '--database', url],
    { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env: { PATH: process.env['PATH'] } },
  )
  const ended = once(child, 'exit')
  await Promise.race([once(child, 'message'), ended])
  await delay(Math.random() * LONGEST_LIFE_MS)
  child.kill('SIGKILL')
  const [, signal] = (await ended) as [number | null, string | null]
  assert.equal(signal, 'SIGKILL', 'it lived until it was killed')
  return (await readHead(db.pool))?.height ?? -1
}

test(`an indexer that is killed ${KILLS} times at random moments writes the rows of one that never was`, async () => {
  const url = await postgres.createDatabase()
  const db = openDatabase(url, { pipeline: true })
  const over = new AbortController()
  const story = (async () => {
    await playBeginning(world)
    await playEnd(world)
    // There is always a block to be in the middle of.
    while (!over.signal.aborted) await world.pass(60)
  })()

  let reached = -1
  let advanced = 0
  let kills = 0
  // On a busy machine a life may end before its first block; those do not count alone.
  for (; kills < KILLS || (advanced < KILLS / 2 && kills < KILLS * 10); kills += 1) {
    const height = await liveOnce(url, db)
    assert.ok(height >= reached, 'what was written stays written')
    advanced += height > reached ? 1 : 0
    reached = height
  }
  over.abort()
  await story
  console.log(`${kills} kills, after ${advanced} of which the rows had come further`)
  assert.ok(advanced >= KILLS / 2, `the rows came further in ${advanced} of ${kills} lives`)

  const { height } = await world.chain.finalizedHead()
  const undisturbed = openDatabase(await postgres.createDatabase(), { pipeline: true })
  for (const one of [db, undisturbed]) {
    await indexAll(world, one)
  }
  assert.deepEqual(await tablesUpTo(db, height), await tablesUpTo(undisturbed, height))
  await db.close()
  await undisturbed.close()
})
