import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const WASM = 'covenant_runtime.compact.compressed.wasm'
export const METADATA = 'covenant_runtime.metadata.scale'
export const MANIFEST = 'covenant_runtime.json'
/** Where the runtime of the last release is kept, in the folder of the chain. */
export const PREVIOUS = 'artifacts/previous'

/** What the committed runtime was built from, and what came out. Hashes are SHA-256, in hex. */
export type Manifest = {
  specName: string
  specVersion: number
  transactionVersion: number
  /** Of the sources that reach the wasm: see sources.ts. */
  sources: string
  cargoLock: string
  rustc: string
  /** The wasm as the compiler made it; its bytes are compared, not those of the compressed form. */
  wasm: { sha256: string; bytes: number }
  compressed: { file: string; sha256: string; bytes: number }
  metadata: { file: string; sha256: string; version: number }
}

/** Reads the manifest in the folder `artifacts`. */
export const readManifest = (artifacts: string): Manifest =>
  JSON.parse(readFileSync(join(artifacts, MANIFEST), 'utf8')) as Manifest
