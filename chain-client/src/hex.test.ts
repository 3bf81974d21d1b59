import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesOf, hexOf } from './hex.ts'

test('bytes and hex stand for each other, written in lower case', () => {
  assert.equal(hexOf(bytesOf('0xAbCd00')), '0xabcd00')
  assert.deepEqual(bytesOf('0x'), new Uint8Array())
})

test('what is not hexadecimal or has another length is refused, naming the field', () => {
  for (const wrong of ['abcd', '0xabc', '0xzz', '', '0x 1']) {
    assert.throws(() => bytesOf(wrong, { field: 'body' }), /^InvalidArgument: body: /)
  }
  assert.throws(() => bytesOf('0xabcd', { field: 'body', length: 32 }), {
    message: 'body: 0xabcd has 2 bytes instead of 32',
  })
})
