import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hex } from '@covenant/schema/hash'
import { startEmbeddedChain } from './start.ts'
import { ask, request, temporaryFolder } from './testing.ts'

const timeAt = async (url: string) => {
  // twox128("Timestamp") ++ twox128("Now")
  const key = '0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb'
  const value = await request<Hex>(url, 'state_getStorage', [key])
  return Number(Buffer.from(value.slice(2), 'hex').readBigUInt64LE())
}

test('two new chains have genesis hashes of their own, and each keeps its own', async (t) => {
  const [one, other] = [temporaryFolder(t), temporaryFolder(t)]
  const first = await startEmbeddedChain({ dir: one, port: 0 })
  t.after(() => first.stop())
  const second = await startEmbeddedChain({ dir: other, port: 0 })
  assert.notEqual(first.genesisHash, second.genesisHash)
  await second.stop()
  const again = await startEmbeddedChain({ dir: other, port: 0 })
  assert.equal(again.genesisHash, second.genesisHash)
  await again.stop()

  await assert.rejects(startEmbeddedChain({ dir: one, port: 0 }), { name: 'FolderLocked' })
  assert.equal(await request(first.url, 'chainSpec_v1_genesisHash'), first.genesisHash)
})

test('a test may build blocks and move the clock; an idle chain builds by itself', async (t) => {
  const chain = await startEmbeddedChain({
    dir: temporaryFolder(t),
    port: 0,
    dev: true,
    idleMs: 50,
  })
  t.after(() => chain.stop())
  const { url } = chain
  const heads: number[] = []
  const socket = new WebSocket(url)
  t.after(() => socket.close())
  const third = Promise.withResolvers<void>()
  socket.addEventListener('message', ({ data }) => {
    const { params } = JSON.parse(String(data)) as { params?: { result: { number: Hex } } }
    if (params) heads.push(Number(params.result.number))
    if (heads.length === 3) third.resolve()
  })
  socket.addEventListener('open', () =>
    socket.send(JSON.stringify({ id: 1, method: 'chain_subscribeNewHeads' })),
  )
  await third.promise
  assert.deepEqual(heads.slice(0, 3), [heads[0], heads[0]! + 1, heads[0]! + 2])

  const anHour = 3_600_000
  await request(url, 'dev_timeTravel', [anHour])
  const hash = await request<Hex>(url, 'dev_newBlock', [2])
  assert.match(hash, /^0x[0-9a-f]{64}$/)
  assert.ok((await timeAt(url)) >= Date.now() + anHour - 60_000)
  assert.equal((await ask(url, 'dev_newBlock', [-1])).error?.code, -32602)
})
