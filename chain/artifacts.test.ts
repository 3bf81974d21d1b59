import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { findStale, PREFIX_BYTES } from './scripts/find-stale.ts'
import { METADATA, WASM } from './scripts/manifest.ts'

const chain = import.meta.dirname
const folder = mkdtempSync(join(tmpdir(), 'covenant-artifacts-'))
after(() => rmSync(folder, { recursive: true }))

let copies = 0
/** A copy of all that the artifacts are made of, to change. */
const copy = (): string => {
  const to = join(folder, String(copies++))
  for (const name of ['Cargo.toml', 'Cargo.lock', 'pallets', 'runtime', 'scripts', 'artifacts']) {
    cpSync(join(chain, name), join(to, name), { recursive: true })
  }
  return to
}

test('the committed runtime is built from these sources: if not, run chain/scripts/build-runtime', () => {
  assert.deepEqual(findStale(chain), [])
})

test('a changed pallet asks for a rebuild', () => {
  const changed = copy()
  writeFileSync(join(changed, 'pallets/groups/src/voting.rs'), '// nobody needs to approve')
  assert.deepEqual(
    findStale(changed).map((reason) => reason.split(':')[0]),
    ['the sources have changed'],
  )
})

test('a new source file asks for a rebuild', () => {
  const changed = copy()
  writeFileSync(join(changed, 'runtime/src/configs/more.rs'), '')
  assert.equal(findStale(changed).length, 1)
})

test('changed flags and changed crates ask for a rebuild', () => {
  const changed = copy()
  writeFileSync(join(changed, 'scripts/build-runtime'), '')
  writeFileSync(join(changed, 'Cargo.lock'), '')
  assert.equal(findStale(changed).length, 2)
})

test('a changed test or benchmark asks for none', () => {
  const changed = copy()
  writeFileSync(join(changed, 'pallets/groups/src/tests/story.rs'), '// another story')
  writeFileSync(join(changed, 'pallets/groups/src/mock.rs'), '// another mock')
  writeFileSync(join(changed, 'pallets/groups/src/benchmarking.rs'), '// another benchmark')
  assert.deepEqual(findStale(changed), [])
})

test('artifacts that are not those the manifest names are found', () => {
  const changed = copy()
  writeFileSync(join(changed, 'artifacts/covenant_runtime.metadata.scale'), '')
  assert.match(findStale(changed).join(), /metadata\.scale is another/)
})

test('logging is compiled out of the committed runtime', () => {
  const compressed = readFileSync(join(chain, 'artifacts', WASM))
  const wasm = zstdDecompressSync(compressed.subarray(PREFIX_BYTES))
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(Uint8Array.from(wasm)))
  const names = imports.map(({ name }) => name).filter((name) => name.includes('logging'))
  // A panic is still told; what asks how much else is to be told is gone, with all that it gates.
  assert.deepEqual(names, ['ext_logging_log_version_1'])
  assert.ok(!wasm.includes('is greater than the max extrinsic'), 'a line that CheckWeight logs')
})

test('the metadata lists what clients ask of the runtime', () => {
  const metadata = readFileSync(join(chain, 'artifacts', METADATA))
  for (const name of ['CovenantApi', 'would_carry_out', 'would_execute', 'funded_until']) {
    assert.ok(metadata.includes(name), name)
  }
})
