import assert from 'node:assert/strict'
import { test } from 'node:test'
import { camelCase, toJson, WireCall } from './plain.ts'

test('names of the chain read in camel case, and digits keep their underscore', () => {
  assert.equal(camelCase('public_ipv4'), 'publicIpv4')
  assert.equal(camelCase('transfer_keep_alive'), 'transferKeepAlive')
  assert.equal(camelCase('part_2'), 'part_2')
})

test('amounts of any size, bytes, variants and absent values have one form in JSON', () => {
  const value = {
    amount: 2n ** 127n,
    bytes: Uint8Array.of(0, 255),
    unit: { type: 'Policy', value: null },
    full: { type: 'Other', value: 7 },
    list: [1, 'a', true, null],
    absent: undefined,
    nothing: null,
  }
  assert.deepEqual(toJson(value), {
    amount: '170141183460469231731687303715884105728',
    bytes: '0x00ff',
    unit: 'Policy',
    full: { Other: 7 },
    list: [1, 'a', true, null],
    nothing: null,
  })
})

test('what is special is asked first, at every depth', () => {
  const call = new WireCall({ hex: '0x00', pallet: 'system', name: 'remark', args: {} })
  const shown = toJson({ calls: [call] }, (value) =>
    value instanceof WireCall ? value.name : undefined,
  )
  assert.deepEqual(shown, { calls: ['remark'] })
})
