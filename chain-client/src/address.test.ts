import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOf, publicKeyOf } from './address.ts'

const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'

test('an address and its public key stand for each other', () => {
  assert.equal(addressOf(publicKeyOf(ALICE)), ALICE)
})

test('an address of another network is refused and its own form here is told', () => {
  const polkadot = '15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5'
  assert.throws(() => publicKeyOf(polkadot, 'owner'), {
    message: `owner: ${polkadot} is an address of another network`,
    remedy: `On this chain the same account is ${ALICE}.`,
  })
})

test('a mistyped address is refused, naming the field', () => {
  for (const wrong of ['', 'Alice', ALICE.slice(0, -1), ALICE.replace('Grwv', 'Grvw'), '0x00']) {
    assert.throws(() => publicKeyOf(wrong, 'to'), /^InvalidArgument: to: .* is not an address$/)
  }
})
