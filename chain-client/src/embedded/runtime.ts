import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { zstdDecompressSync } from 'node:zlib'
import type { Hex } from '@covenant/schema/hash'
import { toHex } from './scale.ts'

/** What a compressed runtime begins with; zstd follows. */
const COMPRESSED = Buffer.from('52bc537646db8e05', 'hex')

const COMMITTED = new URL(
  '../../../chain/artifacts/covenant_runtime.compact.compressed.wasm',
  import.meta.url,
)

/** No runtime could be read, or what was read is none. */
export class NoRuntime extends Error {
  override name = 'NoRuntime'
}

/**
 * The runtime that a new chain begins with: `path`, or else the committed one. It may be compressed.
 * Throws {@link NoRuntime}.
 */
export function readRuntime(path: string = fileURLToPath(COMMITTED)): Hex {
  let code: Buffer
  try {
    code = readFileSync(path)
  } catch (cause) {
    const what = (cause as Error).message
    throw new NoRuntime(`the runtime ${path} cannot be read (${what})`, { cause })
  }
  if (!isRuntime(code)) {
    throw new NoRuntime(`${path} is not a runtime: it is no WebAssembly that exports Core_version`)
  }
  return toHex(code)
}

function isRuntime(code: Buffer): boolean {
  try {
    const isCompressed = code.subarray(0, COMPRESSED.length).equals(COMPRESSED)
    const wasm = isCompressed ? zstdDecompressSync(code.subarray(COMPRESSED.length)) : code
    const module = new WebAssembly.Module(Uint8Array.from(wasm))
    return WebAssembly.Module.exports(module).some(({ name }) => name === 'Core_version')
  } catch {
    return false
  }
}
