import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Contract } from '../types.ts'
import { dueAt } from './contracts.ts'

const running: Pick<Contract, 'state' | 'running' | 'settledAt'> = {
  state: 'Running',
  running: {
    version: 1,
    body: '0x00',
    resources: { cpu: 1, memory: 1, storage: 1, gpus: 0, publicIpv4: 0 },
    rate: 2n ** 70n,
    sealingVersion: 1,
    deposit: 1n,
  },
  settledAt: 100,
}

test('a running contract owes its rate for each live second since it was settled', () => {
  assert.equal(dueAt(running, 100), 0n)
  assert.equal(dueAt(running, 103), 3n * 2n ** 70n)
})

test('a contract that does not run owes nothing, and none owes less than nothing', () => {
  assert.equal(dueAt({ ...running, state: 'Suspended' }, 200), 0n)
  assert.equal(dueAt({ ...running, state: 'Offered', running: null }, 200), 0n)
  assert.equal(dueAt(running, 99), 0n)
})
