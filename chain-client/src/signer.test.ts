import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sr25519Verify } from './polkadot/util-crypto.ts'
import { InvalidArgument } from './errors.ts'
import { signerFromSeed, signerFromUri } from './signer.ts'

test('development accounts have the addresses that every Substrate tool shows', () => {
  const known = {
    '//Alice': '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
    '//Bob': '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty',
    '//Charlie': '5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y',
    '//Alice//stash': '5GNJqTPyNqANBkUVMN1LPPrxXnFouWXoe2wNSmmEoLctxiZY',
    'bottom drive obey lake curtain smoke basket hold race lonely fit walk':
      '5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV',
  }
  for (const [uri, address] of Object.entries(known)) {
    assert.equal(signerFromUri(uri).address, address, uri)
  }
})

test('a seed and the URI that spells it are the same key', () => {
  const seed = new Uint8Array(32).fill(7)
  const uri = `0x${'07'.repeat(32)}`
  assert.equal(signerFromSeed(seed).address, signerFromUri(uri).address)
  assert.notEqual(signerFromUri(`${uri}//1`).address, signerFromUri(uri).address)
  assert.notEqual(signerFromUri(`${uri}/1`).address, signerFromUri(`${uri}//1`).address)
})

test('a password makes another key of the same phrase', () => {
  assert.notEqual(signerFromUri('//Alice///secret').address, signerFromUri('//Alice').address)
})

test('a signature holds for exactly the bytes that were signed', async () => {
  const signer = signerFromUri('//Alice')
  const payload = new Uint8Array([1, 2, 3])
  const signature = await signer.sign(payload)
  assert.equal(signature.length, 64)
  assert.ok(sr25519Verify(payload, signature, signer.publicKey))
  assert.ok(!sr25519Verify(new Uint8Array([1, 2, 4]), signature, signer.publicKey))
})

test('what is no secret is refused without being repeated', () => {
  for (const uri of ['', '/', 'Alice', '0x1234', 'legal winner thank year', '///']) {
    assert.throws(
      () => signerFromUri(uri),
      (error) =>
        error instanceof InvalidArgument && (uri.length < 5 || !error.message.includes(uri)),
      uri,
    )
  }
  assert.throws(() => signerFromSeed(new Uint8Array(31)), /31 bytes/)
})
