import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatAmount, InvalidAmount, parseAmount } from './amount.ts'

const read: [text: string, units: bigint][] = [
  ['0 COV', 0n],
  ['1 COV', 10n ** 18n],
  ['12.5 COV', 125n * 10n ** 17n],
  ['12.5COV', 125n * 10n ** 17n],
  ['0.000000000000000001 COV', 1n],
  ['1000 units', 1000n],
  ['340282366920938463463374607431768211455 units', 2n ** 128n - 1n],
]
for (const [text, units] of read) {
  test(`${text} is ${units} units`, () => assert.equal(parseAmount(text), units))
}

const refused = [
  '',
  '5',
  'COV',
  '5 cov',
  '5  COV',
  ' 5 COV',
  '-1 COV',
  '+1 COV',
  '1,000 COV',
  '1_000 COV',
  '1e3 COV',
  '0x10 units',
  '.5 COV',
  '5. COV',
  '007 COV',
  '1.5 units',
  '0.0000000000000000001 COV',
  '5 DOT',
  '５ COV',
  '340282366920938463463374607431768211456 units',
]
for (const text of refused) {
  test(`${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => parseAmount(text), InvalidAmount)
  })
}

test('an amount that is written is read back to the last unit', () => {
  let fractions = 0
  for (let shift = 0n; shift < 127n; shift += 1n) {
    for (const units of [1n << shift, (1n << shift) + 1n, (1n << shift) * 10n ** 18n]) {
      if (units >= 2n ** 128n) continue
      const text = formatAmount(units)
      if (text.includes('.')) fractions += 1
      assert.equal(parseAmount(text), units)
    }
  }
  assert.ok(fractions > 100, `${fractions} with a fraction`)
  assert.equal(formatAmount(-15n * 10n ** 17n), '-1.5 COV')
})
