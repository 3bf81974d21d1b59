import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hex } from '@covenant/schema/hash'
import { keysWithPrefix, overlay, type Changes, type State } from './state.ts'

/** A state of a few keys in memory. */
function stateOf(values: Record<Hex, Hex>): State {
  const keys = (Object.keys(values) as Hex[]).sort()
  return {
    get: (key) => values[key],
    nextKey: (key) => keys.find((candidate) => candidate > key),
  }
}

const allKeys = (state: State) => keysWithPrefix(state, { prefix: '0x' })

test('an overlay shows what was written, hides what was removed and leaves the rest', () => {
  const changes: Changes = new Map([
    ['0x01', '0xbb'],
    ['0x02', null],
    ['0x025', '0xcc'],
  ])
  const state = overlay(stateOf({ '0x01': '0xaa', '0x02': '0xaa', '0x03': '0xaa' }), changes)
  assert.deepEqual(
    ['0x01', '0x02', '0x025', '0x03', '0x04'].map((key) => state.get(key as Hex)),
    ['0xbb', undefined, '0xcc', '0xaa', undefined],
  )
  assert.deepEqual(allKeys(state), ['0x01', '0x025', '0x03'])
})

test('the key after a removed one is found below it', () => {
  const state = overlay(
    stateOf({ '0x01': '0xaa', '0x02': '0xaa', '0x03': '0xaa', '0x04': '0xaa' }),
    new Map<Hex, Hex | null>([
      ['0x02', null],
      ['0x03', null],
    ]),
  )
  assert.equal(state.nextKey('0x01'), '0x04')
  assert.equal(state.nextKey('0x04'), undefined)
})

test('an overlay on an overlay shows both', () => {
  const base = stateOf({ '0x01': '0xaa' })
  const first = overlay(base, new Map<Hex, Hex | null>([['0x02', '0xbb']]))
  const second = overlay(first, new Map<Hex, Hex | null>([['0x01', null]]))
  assert.deepEqual(allKeys(second), ['0x02'])
})

test('keys with a prefix come in order and in pages, the prefix itself first', () => {
  const state = stateOf({
    '0x01': '0xaa',
    '0x0101': '0xaa',
    '0x0102': '0xaa',
    '0x0103': '0xaa',
    '0x02': '0xaa',
  })
  assert.deepEqual(keysWithPrefix(state, { prefix: '0x01', limit: 2 }), ['0x01', '0x0101'])
  assert.deepEqual(keysWithPrefix(state, { prefix: '0x01', after: '0x0101', limit: 2 }), [
    '0x0102',
    '0x0103',
  ])
  assert.deepEqual(keysWithPrefix(state, { prefix: '0x01', after: '0x0103' }), [])
  assert.deepEqual(keysWithPrefix(state, { prefix: '0x01', after: '0x01', limit: 1 }), ['0x0101'])
})

test('a page behind a key from before the prefix begins at the prefix', () => {
  const state = stateOf({ '0x01': '0xaa', '0x02': '0xaa' })
  assert.deepEqual(keysWithPrefix(state, { prefix: '0x02', after: '0x00' }), ['0x02'])
})
