import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compactToU8a } from '../polkadot/util.ts'
import { encodeBytes, encodeCompact, encodeU32, encodeU64, ScaleReader, toHex } from './scale.ts'

const NUMBERS = [0, 1, 63, 64, 16_383, 16_384, 2 ** 30 - 1, 2 ** 30, 2 ** 32 - 1]

test('compact integers are written as @polkadot/util writes them, and read back', () => {
  for (const number of NUMBERS) {
    const encoded = toHex(encodeCompact(number))
    assert.equal(encoded, toHex(compactToU8a(number)), `${number}`)
    assert.equal(new ScaleReader(encoded).compact(), BigInt(number))
  }
})

test('compact integers of up to 128 bits are read', () => {
  for (const number of [2n ** 40n, 2n ** 64n + 7n, 2n ** 128n - 1n]) {
    assert.equal(new ScaleReader(toHex(compactToU8a(number))).compact(), number)
  }
})

test('fixed integers are little-endian', () => {
  assert.equal(toHex(encodeU32(0x0102_0304)), '0x04030201')
  assert.equal(toHex(encodeU64(258n)), '0x0201000000000000')
  const reader = new ScaleReader('0x0403020102010000000000000500000000000000ff00000000000000')
  assert.equal(reader.u32(), 0x0102_0304)
  assert.equal(reader.u64(), 258n)
  assert.equal(reader.u128(), 5n + (255n << 64n))
  assert.ok(reader.isAtEnd)
})

test('bytes stand behind their length, and lists behind their count', () => {
  assert.equal(toHex(encodeBytes(Buffer.from('abc'))), '0x0c616263')
  const reader = new ScaleReader('0x080461 0862 63'.replaceAll(' ', '') as `0x${string}`)
  assert.deepEqual(
    reader.list((item) => item.text()),
    ['a', 'bc'],
  )
})

test('reading past the end is an error', () => {
  assert.throws(() => new ScaleReader('0x0102').u32(), RangeError)
  assert.throws(() => new ScaleReader('0x10aa').bytes(), RangeError)
})
