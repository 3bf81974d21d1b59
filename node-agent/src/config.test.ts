import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from './config.ts'

const GOOD = ['--data', '/d', '--chain', 'ws://127.0.0.1:9944', '--api=http://127.0.0.1:4000/']

test('flags are read, and what follows from them', () => {
  assert.deepEqual(readConfig(GOOD), {
    data: '/d',
    seedFile: '/d/seed',
    chain: 'ws://127.0.0.1:9944',
    api: 'http://127.0.0.1:4000',
    operator: undefined,
    endpoint: undefined,
  })
  assert.equal(readConfig([...GOOD, '--seed-file', '/s']).seedFile, '/s')
})

test('a wrong flag is named, with what would have worked', () => {
  const cases: [string[], RegExp][] = [
    [GOOD.slice(2), /^--data is missing: .*covenant-agent --data DIR/],
    [
      [...GOOD, '--chain', 'http://x'],
      /^--chain must be a ws:\/\/ or wss:\/\/ address, not http:\/\/x/,
    ],
    [[...GOOD, '--api', 'localhost'], /^--api must be an http:\/\//],
    [GOOD.slice(0, 2), /^--chain must be .* missing/],
    [[...GOOD, '--endpoint', 'x'.repeat(129)], /^--endpoint has more than 128 bytes/],
    [[...GOOD, '--wat'], /--wat/],
    [[...GOOD, 'word'], /word/],
  ]
  for (const [argv, message] of cases) assert.throws(() => readConfig(argv), { message })
})
