import assert from 'node:assert/strict'
import { test } from 'node:test'
import vectors from '../vectors/canonical-json.json' with { type: 'json' }
import { canonicalJson, NotCanonicalizable } from './canonical.ts'

const fromIeee754 = (hex: string) => Buffer.from(hex, 'hex').readDoubleBE()

test('numbers are written as in appendix B of RFC 8785, and what is no number is refused', () => {
  for (const { ieee754, json } of vectors.numbers) {
    const value = fromIeee754(ieee754)
    if (json === null) assert.throws(() => canonicalJson(value), NotCanonicalizable, ieee754)
    else assert.equal(canonicalJson(value), json, ieee754)
  }
})

test('documents of RFC 8785 give its canonical text', () => {
  for (const { source, canonical, utf8, name } of vectors.documents) {
    assert.equal(canonicalJson(JSON.parse(source)), canonical, name)
    if (utf8) assert.equal(Buffer.from(canonical).toString('hex'), utf8, name)
  }
})

test('nested keys are sorted, arrays keep their order', () => {
  assert.equal(canonicalJson({ b: [{ z: 1, a: 2 }, 1], a: {} }), '{"a":{},"b":[{"a":2,"z":1},1]}')
})

test('a key sorts by code units where code points say otherwise', () => {
  // U+1F600 is two code units that begin with D83D, below FB33.
  assert.equal(canonicalJson({ '\ufb33': 1, '\u{1f600}': 2 }), '{"\u{1f600}":2,"\ufb33":1}')
})

test('a value met twice is no cycle', () => {
  const shared = { a: 1 }
  assert.equal(canonicalJson([shared, shared]), '[{"a":1},{"a":1}]')
})

const cycle: unknown[] = []
cycle.push(cycle)
// oxlint-disable-next-line no-sparse-arrays -- a hole is the case
const hole = [1, , 2]
const refused: [string, unknown, string][] = [
  ['NaN', [Number.NaN], '$[0]'],
  ['an infinity', { a: Number.NEGATIVE_INFINITY }, '$.a'],
  ['undefined', { a: { b: undefined } }, '$.a.b'],
  ['a hole', hole, '$[1]'],
  ['a bigint', 1n, '$'],
  ['a function', () => 1, '$'],
  ['a symbol', Symbol('s'), '$'],
  ['a date', new Date(0), '$'],
  ['a map', { m: new Map() }, '$.m'],
  ['a cycle', cycle, '$[0]'],
  ['a lone high surrogate', ['\ud83d'], '$[0]'],
  ['a lone low surrogate in a key', { a: { '\ude00': 1 } }, '$.a'],
]
for (const [name, value, path] of refused) {
  test(`${name} is refused by its path`, () => {
    assert.throws(
      () => canonicalJson(value),
      (error) => error instanceof NotCanonicalizable && error.path === path,
    )
  })
}
