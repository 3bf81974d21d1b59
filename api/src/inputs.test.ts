import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress, parseId } from './inputs.ts'
import { ALICE } from './testing/rows.ts'

test('an address is put into the spelling of the rows', () => {
  const publicKey = '0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d'
  const withPrefix0 = '15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5'
  for (const spelling of [ALICE, publicKey, withPrefix0]) {
    assert.equal(parseAddress('owner', spelling), ALICE)
  }
})

test('ids are whole numbers that a number can hold', () => {
  assert.equal(parseId('id', '0'), 0)
  assert.equal(parseId('id', '9007199254740991'), Number.MAX_SAFE_INTEGER)
})

test('what was sent stands in the message, cut short', () => {
  assert.throws(() => parseId('id', 'x'.repeat(1_000)), /`id` is "x{60}…", which is no id/)
})
