import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { readManifest } from './manifest.ts'
import { hashLock, hashSources, sha256 } from './sources.ts'

/** Eight bytes say that zstd follows. */
export const PREFIX_BYTES = 8

/**
 * Says why the artifacts in `chain` cannot be what its sources compile to, one reason an entry;
 * none if only a build can tell.
 */
export const findStale = (chain: string): string[] => {
  const artifacts = join(chain, 'artifacts')
  const manifest = readManifest(artifacts)
  const compressed = readFileSync(join(artifacts, manifest.compressed.file))
  const wasm = zstdDecompressSync(compressed.subarray(PREFIX_BYTES))
  const metadata = readFileSync(join(artifacts, manifest.metadata.file))
  const claims: [string, string, string][] = [
    ['the sources have changed', manifest.sources, hashSources(chain)],
    ['Cargo.lock has changed', manifest.cargoLock, hashLock(chain)],
    [`${manifest.compressed.file} is another`, manifest.compressed.sha256, sha256(compressed)],
    [`${manifest.compressed.file} holds another wasm`, manifest.wasm.sha256, sha256(wasm)],
    [`${manifest.metadata.file} is another`, manifest.metadata.sha256, sha256(metadata)],
  ]
  return claims
    .filter(([, stated, found]) => stated !== found)
    .map(([what, stated, found]) => `${what}: the manifest has ${stated}, found ${found}`)
}
