import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { compactNumber } from '@polkadot-api/substrate-bindings'
import { BlockUnavailable } from './errors.ts'
import { hexOf } from './hex.ts'
import { createRuntimes } from './runtimes.ts'
import type { Hex } from './types.ts'

const METADATA = readFileSync(
  new URL('../../chain/artifacts/covenant_runtime.metadata.scale', import.meta.url),
)

/** The committed metadata, saying that it is of another version. */
function metadataOf(specVersion: number): Hex {
  const metadata = Buffer.from(METADATA)
  // The constant begins with both names, then the authoring version, then this one.
  const names = Buffer.from('\x20covenant\x20covenant')
  const at = metadata.indexOf(names)
  assert.ok(at > 0, 'the metadata has a System.Version')
  metadata.writeUInt32LE(specVersion, at + names.length + 4)
  return hexOf(metadata)
}

/** `LastRuntimeUpgrade` as the chain stores it. */
const upgradedTo = (version: number) =>
  hexOf(Buffer.concat([compactNumber.enc(version), Buffer.from('\x20covenant')]))

/** A chain whose block 0xaa.. replaced version 1 by 2. */
function upgradingChain() {
  const asked: string[] = []
  const parentHash = `0x${'00'.repeat(32)}`
  return {
    asked,
    hash: `0x${'aa'.repeat(32)}` as const,
    request: (method: string, [hash]: unknown[] = []): Promise<unknown> => {
      asked.push(`${method} ${String(hash).slice(0, 4)}`)
      if (method === 'chain_getHeader') return Promise.resolve({ number: '0x5', parentHash })
      assert.equal(method, 'state_getMetadata')
      return Promise.resolve(metadataOf(hash === parentHash ? 1 : 2))
    },
  }
}

test('the block that upgrades the runtime is read by the metadata of its parent', async () => {
  const chain = upgradingChain()
  const runtimes = createRuntimes(chain)
  const runtime = await runtimes.of(chain.hash, upgradedTo(1))
  assert.equal(runtime.specVersion, 1)
  const after = await runtimes.of(chain.hash, upgradedTo(2))
  assert.equal(after.specVersion, 2)
})

test('each version is read once, also by blocks that are asked for at the same time', async () => {
  const chain = upgradingChain()
  const runtimes = createRuntimes(chain)
  await Promise.all([1, 2, 3].map(() => runtimes.of(chain.hash, upgradedTo(2))))
  assert.deepEqual(chain.asked, ['state_getMetadata 0xaa'])
})

test('a version that the endpoint no longer has is an error that names an archive', async () => {
  const chain = upgradingChain()
  await assert.rejects(
    createRuntimes(chain).of(chain.hash, upgradedTo(9)),
    (error) => error instanceof BlockUnavailable && /archive/.test(error.remedy),
  )
})
