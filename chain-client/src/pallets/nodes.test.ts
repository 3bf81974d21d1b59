import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveAt } from './nodes.ts'

const window = 1_200

test('the live clock follows the time since the last heartbeat, up to one window', () => {
  const node = { live: 50, lastSeen: 1_000, state: 'Draining' } as const
  assert.equal(liveAt(node, { now: 1_000, window }), 50)
  assert.equal(liveAt(node, { now: 1_007, window }), 57)
  assert.equal(liveAt(node, { now: 2_200, window }), 1_250)
  assert.equal(liveAt(node, { now: 9_999_999, window }), 1_250)
})

test('the live clock of a node that never served stands at 0, and none goes back', () => {
  const state = 'Active'
  assert.equal(liveAt({ live: 0, lastSeen: null, state }, { now: 5_000, window }), 0)
  assert.equal(liveAt({ live: 50, lastSeen: 1_000, state }, { now: 999, window }), 50)
})

test('the live clock of a retired node stands where it stood', () => {
  const node = { live: 50, lastSeen: 1_000, state: 'Retired' } as const
  assert.equal(liveAt(node, { now: 1_007, window }), 50)
})
