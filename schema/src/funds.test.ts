import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fundsAt, liveAt } from './funds.ts'

// The runtime's own tests read the same file.
const file = JSON.parse(
  readFileSync(
    new URL('../../chain/pallets/contracts/src/tests/funds.json', import.meta.url),
    'utf8',
  ),
)
const { window, vectors } = file

for (const { what, contract, node, now, funds } of vectors) {
  test(`funds: ${what}`, () => {
    const { state, rate, escrow, settledAt } = contract
    const account = {
      state,
      rate: rate === null ? null : BigInt(rate),
      escrow: BigInt(escrow),
      settledAt,
    }
    const until = funds.fundedUntil
    assert.deepEqual(fundsAt(account, node, { now, window }), {
      due: BigInt(funds.due),
      state: funds.state,
      fundedUntil: until === null ? null : BigInt(until),
    })
  })
}

test('the live clock follows the time since the last heartbeat, up to one window', () => {
  const node = { live: 50, lastSeen: 1_000, state: 'Draining' }
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
  const node = { live: 50, lastSeen: 1_000, state: 'Retired' }
  assert.equal(liveAt(node, { now: 1_007, window }), 50)
})
