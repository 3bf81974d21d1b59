import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBooks, type Story } from './books.ts'

const account = (name: string, total: number, escrow = 0) => ({
  name,
  total: String(total),
  held: escrow === 0 ? [] : [{ reason: 'contracts.Escrow', amount: String(escrow) }],
})

const honest: Story = {
  before: {
    accounts: [account('//Alice', 1000), account('//Bob', 1000), account('//Ferdie', 1000)],
    totalIssuance: '3000',
  },
  after: {
    accounts: [
      account('//Alice', 793),
      account('//Bob', 998),
      account('//Ferdie', 1011),
      account('group:1', 189),
    ],
    totalIssuance: '2991',
  },
  fees: { '//Alice': 7n, '//Bob': 2n },
  group: { name: 'group:1', creator: '//Alice', initial: 200n },
  operator: '//Ferdie',
  paid: 11n,
}

test('books in which every unit is accounted for add up', () => {
  assert.deepEqual(checkBooks(honest), [])
})

test('one unit too much or too little, of any account or of all, is found and named', () => {
  for (const [index, { name }] of honest.after.accounts.entries()) {
    for (const off of [1, -1]) {
      const after = structuredClone(honest.after)
      after.accounts[index]!.total = String(Number(after.accounts[index]!.total) + off)
      const found = checkBooks({ ...honest, after })
      assert.equal(found.length, 1)
      assert.ok(found[0]?.includes(name) && found[0].includes(`off by ${off} units`), found[0])
    }
  }
  const after = { ...honest.after, totalIssuance: '2990' }
  assert.match(checkBooks({ ...honest, after }).join(), /all there is .* off by -1 units/)
})

test('an escrow that was not given back is found', () => {
  const after = structuredClone(honest.after)
  after.accounts[3] = account('group:1', 189, 5)
  assert.match(checkBooks({ ...honest, after }).join(), /still holds in escrow/)
})
