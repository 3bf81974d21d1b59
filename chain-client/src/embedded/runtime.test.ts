import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { readRuntime } from './runtime.ts'
import { toBytes } from './scale.ts'
import { temporaryFolder } from './testing.ts'

test('the committed runtime is read, and so is one that is not compressed', (t) => {
  const committed = readRuntime()
  const raw = join(temporaryFolder(t), 'raw.wasm')
  writeFileSync(raw, zstdDecompressSync(toBytes(committed).subarray(8)))
  assert.equal(readRuntime(raw).slice(0, 10), '0x0061736d')
})

test('a runtime that is missing, or none, is refused by name', (t) => {
  const folder = temporaryFolder(t)
  const missing = join(folder, 'missing.wasm')
  assert.throws(() => readRuntime(missing), {
    name: 'NoRuntime',
    message: /missing\.wasm cannot be read/,
  })
  const empty = join(folder, 'empty.wasm')
  writeFileSync(empty, Buffer.from('0061736d01000000', 'hex'))
  assert.throws(() => readRuntime(empty), { name: 'NoRuntime', message: /is not a runtime/ })
  const text = join(folder, 'text.wasm')
  writeFileSync(text, 'not wasm at all')
  assert.throws(() => readRuntime(text), {
    name: 'NoRuntime',
    message: /text\.wasm is not a runtime/,
  })
})
