import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TypeRegistry } from '../polkadot/types.ts'
import { auraPreRuntime, decodeHeader, encodeHeader, hashHeader, type Header } from './header.ts'
import { encodeU64 } from './scale.ts'

const registry = new TypeRegistry()
const HEADER: Header = {
  parentHash: `0x${'11'.repeat(32)}`,
  number: 70_000,
  stateRoot: `0x${'22'.repeat(32)}`,
  extrinsicsRoot: `0x${'33'.repeat(32)}`,
  logs: [
    auraPreRuntime(encodeU64(17_000_000_000)),
    '0x044241424508abcd', // Consensus
    '0x05617572610401', // Seal
    '0x000c010203', // Other
    '0x08', // RuntimeEnvironmentUpdated
  ],
}

test('a header is encoded and hashed as @polkadot/types does it', () => {
  const { logs, ...fields } = HEADER
  const theirs = registry.createType('Header', { ...fields, digest: { logs } })
  const encoded = encodeHeader(HEADER)
  assert.equal(encoded, theirs.toHex())
  assert.equal(hashHeader(encoded), theirs.hash.toHex())
})

test('a decoded header is the one that was encoded, whatever its digest holds', () => {
  assert.deepEqual(decodeHeader(encodeHeader(HEADER)), HEADER)
})

test('a digest item of a kind that nobody knows is an error', () => {
  const encoded = encodeHeader({ ...HEADER, logs: ['0x07'] })
  assert.throws(() => decodeHeader(encoded), /unknown kind 7/)
})
