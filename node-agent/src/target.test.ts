import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBodies } from './bodies.ts'
import { readTarget } from './target.ts'
import { createTestChain, makeBody, makeContract } from './testing.ts'

async function read(prepare: (chain: ReturnType<typeof createTestChain>) => number[]) {
  const chain = createTestChain('agent')
  const ids = prepare(chain)
  const bodies = createBodies(chain)
  const head = await chain.finalizedHead()
  return readTarget({ chain, bodies, head, node: 1, ids })
}

test('a contract of this node comes with the body that its hash names', async () => {
  const target = await read((chain) => [chain.offer(makeBody())])
  const [placed] = target?.contracts ?? []
  assert.ok(placed?.type === 'placed')
  assert.deepEqual(placed.pending, makeBody())
  assert.equal(placed.running, undefined)
})

test('an id that was given out and has no entry is ended, one that was not yet given out is nothing', async () => {
  const target = await read((chain) => {
    chain.cancel(chain.offer(makeBody()))
    return [1, 2, 3]
  })
  assert.deepEqual(target?.contracts, [
    { type: 'ended', id: 1 },
    { type: 'foreign', id: 2 },
    { type: 'foreign', id: 3 },
  ])
})

test("another node's contract is not this one's", async () => {
  const target = await read((chain) => [chain.offer(makeBody(), { node: 2 })])
  assert.deepEqual(target?.contracts, [{ type: 'foreign', id: 1 }])
})

test('a body that cannot be honoured comes as what is wrong with it', async () => {
  const target = await read((chain) => [chain.offer(Buffer.from('{"name":"x"}'))])
  const [placed] = target?.contracts ?? []
  assert.ok(placed?.type === 'placed' && placed.pending instanceof Error)
})

test('bodies that the API sends are known by the hash of their bytes, so a forged one is nobody’s', async () => {
  const chain = createTestChain('agent')
  const id = chain.offer(makeBody())
  const bodies = createBodies(chain)
  bodies.hear(JSON.stringify({ ...makeBody(), name: 'forged' }))
  const hash = chain.placed.get(id)?.pending?.spec.body ?? '0x'
  assert.deepEqual(await bodies.get(hash), makeBody())
  await assert.rejects(bodies.get('0x99'), /the chain has no body 0x99/)
})

test('nothing of a target is used when a part of it cannot be read', async () => {
  await assert.rejects(
    read((chain) => {
      chain.placed.set(1, makeContract())
      chain.away = true
      return [1]
    }),
  )
})
