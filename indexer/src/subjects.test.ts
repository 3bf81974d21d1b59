import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChainEvent } from '@covenant/chain-client'
import { subjectsOf } from './subjects.ts'
import { ALICE, BOB, block, CHARLIE, event, GROUP_ACCOUNT } from './testing/story.ts'

const only = (input: Parameters<typeof block>[1]): ChainEvent => block(1, input).events[0]!
const NONE = { group: null, proposal: null, node: null, contract: null }

test('an event of ours is about what its fields name', () => {
  assert.deepEqual(subjectsOf(only([event('groups.Voted', { member: BOB, proposal: 0 })])), {
    ...NONE,
    group: 1,
    proposal: 0,
    accounts: [BOB],
  })
  assert.deepEqual(subjectsOf(only([event('contracts.Created', { contract: 2 ** 40 })])), {
    ...NONE,
    contract: 2 ** 40,
    node: 1,
    accounts: [ALICE],
  })
})

test('accounts are found wherever they stand, each once', () => {
  const { accounts } = subjectsOf(only([event('groups.GroupCreated')]))
  assert.deepEqual(accounts.toSorted(), [GROUP_ACCOUNT, ALICE, BOB, CHARLIE].toSorted())
})

test('an event of another pallet is about its accounts alone', () => {
  const transfer: ChainEvent = {
    type: 'other',
    pallet: 'balances',
    name: 'Transfer',
    index: 0,
    extrinsicIndex: 1,
    data: { from: ALICE, to: BOB, amount: '5', node: 3, memo: `${ALICE}x`, hash: '0x5G' },
  }
  assert.deepEqual(subjectsOf(transfer), { ...NONE, accounts: [ALICE, BOB] })
})
