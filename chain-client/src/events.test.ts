import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { decAnyMetadata, unifyMetadata } from '@polkadot-api/substrate-bindings'
import { UnexpectedShape } from './errors.ts'
import { errorOf, feeOf, shapes, typeEvent } from './events.ts'
import { camelCase, palletName } from './plain.ts'
import type { BlockEvent } from './runtime.ts'

const METADATA = new URL('../../chain/artifacts/covenant_runtime.metadata.scale', import.meta.url)

/** The fields of each event that our pallets can emit, by `pallet.Name`. */
function eventsOfRuntime(): Record<string, string[]> {
  const metadata = unifyMetadata(decAnyMetadata(readFileSync(METADATA)))
  const pallets = metadata.pallets.filter(({ name }) =>
    /^(Clock|Groups|Nodes|Contracts|Validators)$/.test(name),
  )
  const events = pallets.flatMap(({ name: pallet, events }) => {
    const def = events === undefined ? undefined : metadata.lookup[events.type]?.def
    if (def?.tag !== 'variant') return []
    return def.value.map(({ name, fields }) => [
      `${palletName(pallet)}.${name}`,
      fields.map((field) => camelCase(field.name ?? '')),
    ])
  })
  return Object.fromEntries(events)
}

test('every event of our pallets is known with all its fields, and no other', () => {
  const known = Object.entries(shapes).map(([type, shape]) => [type, Object.keys(shape.shape)])
  assert.deepEqual(Object.fromEntries(known), eventsOfRuntime())
})

const event = (pallet: string, name: string, data: unknown = null): BlockEvent => ({
  extrinsicIndex: 1,
  pallet,
  name,
  data,
})

test('an event of our pallets that this program does not know stops whoever reads it', () => {
  assert.throws(
    () => typeEvent(event('groups', 'Dissolved', { group: 1 }), 0),
    (error) => error instanceof UnexpectedShape && error.path === 'event groups.Dissolved',
  )
})

test('an event of any other pallet is plain JSON', () => {
  assert.deepEqual(typeEvent(event('balances', 'Deposit', { amount: 5n }), 3), {
    type: 'other',
    pallet: 'balances',
    name: 'Deposit',
    index: 3,
    extrinsicIndex: 1,
    data: { amount: '5' },
  })
})

test('a failure is found where the chain itself counts a success', () => {
  const error = { type: 'BadOrigin', value: null }
  const failed = { success: false, value: error }
  const fine = { success: true, value: null }
  const cases: [event: BlockEvent, found: unknown][] = [
    [event('system', 'ExtrinsicFailed', { dispatchError: error }), error],
    [event('sudo', 'Sudid', { sudoResult: failed }), error],
    [event('sudo', 'Sudid', { sudoResult: fine }), null],
    [event('utility', 'BatchInterrupted', { index: 1, error }), error],
    [event('proxy', 'ProxyExecuted', { result: failed }), error],
    [event('multisig', 'MultisigExecuted', { result: failed }), error],
    [event('multisig', 'MultisigExecuted', { result: fine }), null],
    [event('utility', 'BatchCompleted'), null],
  ]
  for (const [one, found] of cases) {
    const all = [event('balances', 'Withdraw', { error }), one, event('system', 'ExtrinsicSuccess')]
    assert.deepEqual(errorOf(all), found, `${one.pallet}.${one.name}`)
  }
})

test('a fee is what was paid in the end, and nothing where none was asked', () => {
  const paid = event('transactionPayment', 'TransactionFeePaid', {
    who: '',
    actualFee: 7n,
    tip: 2n,
  })
  assert.equal(feeOf([event('balances', 'Withdraw', { amount: 9n }), paid]), 7n)
  assert.equal(feeOf([event('system', 'ExtrinsicSuccess')]), 0n)
})
