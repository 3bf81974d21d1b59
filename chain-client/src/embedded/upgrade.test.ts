import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { blake2Hash, type Hex } from '@covenant/schema/hash'
import { readRuntime } from './runtime.ts'
import { toBytes, toHex } from './scale.ts'
import { startEmbeddedChain } from './start.ts'
import {
  accountOf,
  connectApi,
  connectProvider,
  isFinalized,
  nextVersion,
  request,
  submitAndWatch,
  temporaryFolder,
} from './testing.ts'

const all = { after }

test('a runtime upgrade is announced, the chain goes on under it, and older blocks keep theirs', async () => {
  const dir = temporaryFolder(all)
  const chain = await startEmbeddedChain({ dir, port: 0 })
  after(() => chain.stop())
  const { url } = chain
  const api = await connectApi(all, url)
  const provider = connectProvider(all, url)
  await provider.isReady

  type Event = { event: string; newRuntime?: unknown; blockHash?: Hex }
  const upgraded = Promise.withResolvers<Hex>()
  await provider.subscribe(
    'chainHead_v1_followEvent',
    'chainHead_v1_follow',
    [true],
    (_error, message) => {
      const { event, newRuntime, blockHash } = message as Event
      if (event === 'newBlock' && newRuntime) upgraded.resolve(blockHash!)
    },
  )

  // The same runtime, not compressed: other code under the same version.
  const code = toHex(zstdDecompressSync(toBytes(readRuntime()).subarray(8)))
  const before = chain.genesisHash
  const setCode = api.tx['system']!['setCodeWithoutChecks']!(code)
  const alice = accountOf('//Alice')
  const sudo = await api.tx['sudo']!['sudo']!(setCode).signAsync(alice, { nonce: 0 })
  await (await submitAndWatch(provider, sudo.toHex())).until(isFinalized)
  const at = await upgraded.promise

  const codeAt = (hash: Hex) => request<Hex>(url, 'state_getStorage', ['0x3a636f6465', hash])
  assert.equal(await codeAt(at), code)
  assert.equal(await codeAt(before), readRuntime())
  const remark = await api.tx['system']!['remark']!('0x00').signAsync(alice, { nonce: 1 })
  await (await submitAndWatch(provider, remark.toHex())).until(isFinalized)
  for (const hash of [before, at]) {
    assert.match(await request<Hex>(url, 'state_getMetadata', [hash]), /^0x6d657461/)
  }
})

test('group 0 authorises an upgrade by two of three votes, and anybody applies it', async () => {
  const chain = await startEmbeddedChain({ dir: temporaryFolder(all), port: 0 })
  after(() => chain.stop())
  const { url } = chain
  const api = await connectApi(all, url)
  const provider = connectProvider(all, url)
  const send = async (who: string, pallet: string, name: string, ...args: unknown[]) => {
    const signed = await api.tx[pallet]![name]!(...args).signAsync(accountOf(who), { nonce: -1 })
    await (await submitAndWatch(provider, signed.toHex())).until(isFinalized)
  }
  const code = nextVersion()
  const storedCode = () => request<Hex>(url, 'state_getStorage', ['0x3a636f6465'])
  const wanted = api.tx['system']!['authorizeUpgrade']!(blake2Hash(code)).method.toHex()

  // A day ahead, whatever the clock of the chain says.
  const expires = Math.floor(Date.now() / 1000) + 86_400
  await send('//Alice', 'groups', 'propose', 0, wanted, expires)
  await send('//Eve', 'system', 'applyAuthorizedUpgrade', toHex(code))
  assert.equal(await storedCode(), readRuntime(), 'one of three authorises nothing')

  await send('//Bob', 'groups', 'approve', 0, 0, wanted)
  await send('//Eve', 'system', 'applyAuthorizedUpgrade', readRuntime())
  assert.equal(await storedCode(), readRuntime(), 'other code is not what was authorised')
  await send('//Eve', 'system', 'applyAuthorizedUpgrade', toHex(code))
  assert.equal(await storedCode(), toHex(code))
  // The chain goes on under it. What it signs for is the version in the code itself, which is the old one.
  const heightOf = async () => (await request<{ number: Hex }>(url, 'chain_getHeader', [])).number
  const height = Number(await heightOf())
  const next = Promise.withResolvers<void>()
  const method = 'chain_subscribeNewHeads'
  await provider.subscribe('chain_newHead', method, [], (_error, head: { number: Hex }) => {
    if (Number(head.number) > height) next.resolve()
  })
  await next.promise
})
