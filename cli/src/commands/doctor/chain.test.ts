import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { beginWorld, run, type World } from '../../testing.ts'
import { checkClock } from './chain.ts'

let world: World
before(async () => {
  world = await beginWorld()
})
after(() => world.end())

type Line = { name: string; state: string; detail: string; help?: string }
async function lines(...words: string[]): Promise<Record<string, Line>> {
  const { out } = await run('doctor', '--data', world.folder, ...words, '--json')
  const { checks } = JSON.parse(out) as { checks: Line[] }
  return Object.fromEntries(checks.map((check) => [check.name, check]))
}

test('the chain is told by its genesis, its runtime is that of this release, and a key by its money', async () => {
  const { chain, runtime, key, disk } = await lines('--key', '//Alice')
  assert.ok(chain?.detail.includes(world.chain.genesisHash.slice(0, 10)))
  assert.deepEqual(
    [runtime?.state, runtime?.detail],
    ['ok', 'covenant 3, transactions of version 3'],
  )
  assert.match(`${key?.state} ${key?.detail}`, /^ok 5GrwvaEF.* COV free/)
  assert.match(disk?.detail ?? '', /^\d+(Mi|Gi) free for /)
})

test('an account without money works and should get some: a warning with the command', async () => {
  const { key } = await lines('--key', '//Nobody')
  assert.deepEqual([key?.state, key?.detail.endsWith(' 0 COV free')], ['warn', true])
  assert.match(key?.help ?? '', /covenant account send 5/)
  const { out } = await run('doctor', '--data', world.folder, '--key', '//Nobody')
  assert.match(out, /^warn +key/m)
})

test('a key that is not there fails, with the command that lists those that are', async () => {
  const { key } = await lines('--key', `0x${'1'.repeat(64)}`)
  assert.deepEqual([key?.state, key?.help], ['fail', 'covenant keys list'])
})

test('a clock that differs is a warning that says by how much and what helps', async () => {
  const { hash } = await world.chain.finalizedHead()
  const chainNow = await world.chain.clock.now(hash)
  const at = (seconds: number) => checkClock(world.chain, hash, (chainNow + seconds) * 1000)
  assert.deepEqual(await at(5), {
    name: 'clock',
    ok: true,
    detail: "the chain's is 5 s behind this machine's",
  })
  assert.match((await at(3600)).help ?? '', /catches up 60 s a block/)
  assert.match((await at(-3600)).detail, /3600 s ahead of/)
})

test('what cannot be told while the chain is away fails, each by its own line', async () => {
  const { chain, runtime, clock, key } = await lines('--chain', 'ws://127.0.0.1:1')
  assert.deepEqual(
    [chain, runtime, clock, key].map((check) => check?.state),
    ['fail', 'fail', 'fail', 'fail'],
  )
})
