import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainClock } from './clock.ts'

const before = { height: 7, timestampMs: 1_000_000, chainMs: 400_000 }
const cases: [string, Parameters<typeof chainClock>, number][] = [
  ['stands at 0 at the genesis block', [null, { height: 0, timestampMs: 5 }], 0],
  [
    'starts with the timestamp of block 1, whatever the genesis block has',
    [
      { height: 0, timestampMs: 999, chainMs: 0 },
      { height: 1, timestampMs: 1_000 },
    ],
    1_000,
  ],
  ['follows the timestamps', [before, { height: 8, timestampMs: 1_006_000 }], 406_000],
  ['moves by 60 s at most', [before, { height: 8, timestampMs: 1_060_001 }], 460_000],
  ['moves by exactly 60 s', [before, { height: 8, timestampMs: 1_060_000 }], 460_000],
  ['never goes back', [before, { height: 8, timestampMs: 999_999 }], 400_000],
]
for (const [name, args, expected] of cases) {
  test(`the chain's clock ${name}`, () => assert.equal(chainClock(...args), expected))
}
