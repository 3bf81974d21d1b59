import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiPromise } from '@polkadot/api'
import { createNonces } from './nonces.ts'

/** An endpoint that tells these nonces, one after the other. */
function telling(...told: number[]): Pick<ApiPromise, 'rpc'> {
  const accountNextIndex = () => Promise.resolve({ toNumber: () => told.shift() })
  return { rpc: { system: { accountNextIndex } } } as unknown as Pick<ApiPromise, 'rpc'>
}

test('what was sent is counted when the endpoint does not count it, and not twice when it does', async () => {
  const nonces = createNonces(telling(4, 4, 5, 9))
  assert.equal(await nonces.next('a'), 4)
  nonces.sent('a', 4)
  assert.equal(await nonces.next('a'), 5)
  assert.equal(await nonces.next('a'), 5)
  assert.equal(await nonces.next('a'), 9, 'another program sent more')
})

test('what is settled is left to the endpoint, and each account is counted alone', async () => {
  const nonces = createNonces(telling(4, 4, 4))
  nonces.sent('a', 4)
  nonces.sent('a', 5)
  nonces.settled('a', 4)
  assert.equal(await nonces.next('a'), 6, 'a later one is still on its way')
  assert.equal(await nonces.next('b'), 4)
  nonces.settled('a', 5)
  assert.equal(await nonces.next('a'), 4)
})
