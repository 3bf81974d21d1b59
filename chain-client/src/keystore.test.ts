import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Keyring } from './polkadot/keyring.ts'
import { sr25519Verify } from './polkadot/util-crypto.ts'
import { InvalidArgument } from './errors.ts'
import { createKey, encryptKey, keystoreAddress, unlockKey } from './keystore.ts'
import { signerFromUri } from './signer.ts'

const SEED = `0x${'07'.repeat(32)}`
const secret = { name: 'mine', password: 'a good one' }

test('a key that was encrypted signs again with its password, as the same account', async () => {
  const { address, json } = await encryptKey(SEED, secret)
  assert.equal(address, signerFromUri(SEED).address)
  assert.equal(keystoreAddress(json), address)
  assert.ok(!json.includes('07070707'), 'the secret is not in it')
  const signer = await unlockKey(json, secret.password)
  const payload = new Uint8Array([1, 2, 3])
  assert.ok(sr25519Verify(payload, await signer.sign(payload), signer.publicKey))
  assert.deepEqual([signer.address, signer.scheme], [address, 'sr25519'])
})

test('every new key is another', async () => {
  const [one, two] = [await createKey('a', 'p'), await createKey('a', 'p')]
  assert.notEqual(one.address, two.address)
  assert.equal((await unlockKey(one.json, 'p')).address, one.address)
})

test('a key of a wallet for another network is the same account here, ed25519 included', async () => {
  const wallet = new Keyring({ type: 'ed25519', ss58Format: 0 })
  const pair = wallet.addFromUri(SEED)
  const json = JSON.stringify(pair.toJson('p'))
  assert.notEqual(JSON.parse(json).address, keystoreAddress(json))
  const signer = await unlockKey(json, 'p')
  assert.deepEqual([signer.address, signer.scheme], [keystoreAddress(json), 'ed25519'])
})

test('another password, another secret and another file are refused without repeating them', async () => {
  const { json } = await encryptKey(SEED, secret)
  const refused = (word: RegExp) => (error: unknown) => {
    assert.ok(error instanceof InvalidArgument)
    assert.match(error.message, word)
    assert.doesNotMatch(`${error.message}${error.remedy}`, /hunter2/)
    return true
  }
  await assert.rejects(unlockKey(json, 'hunter2'), refused(/does not open the key of 5/))
  await assert.rejects(encryptKey('hunter2', secret), refused(/neither a development account/))
  for (const other of ['hunter2', '{}', '{"encoded":"hunter2"}']) {
    assert.throws(() => keystoreAddress(other), refused(/no encrypted key/))
  }
})
