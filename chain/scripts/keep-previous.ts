/**
 * usage: node chain/scripts/keep-previous.ts
 *
 * Keeps the committed runtime as the previous release, in chain/artifacts/previous: what the next
 * one has to be able to take over from, which a test holds. Run it once a release is out, before the
 * first change of the runtime that comes after it. Ends with
 *
 *   0  it is kept
 *   1  the artifacts are not what these sources compile to, or are no other release than the one kept
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { findStale } from './find-stale.ts'
import { MANIFEST, PREVIOUS, readManifest, WASM } from './manifest.ts'

const chain = join(import.meta.dirname, '..')
const artifacts = join(chain, 'artifacts')
const kept = join(chain, PREVIOUS)

/** Why the artifacts are not to be kept; nothing where they are. */
function findObstacles(): string[] {
  const stale = findStale(chain)
  if (stale.length > 0) return [...stale, 'check out the release that is out, and run this there']
  if (!existsSync(join(kept, MANIFEST))) return []
  const [given, before] = [readManifest(artifacts), readManifest(kept)]
  if (given.specVersion > before.specVersion) return []
  return [
    `${given.specName} ${given.specVersion} does not follow ${before.specVersion}, which is kept`,
  ]
}

const obstacles = findObstacles()
for (const obstacle of obstacles) console.error(`keep-previous: ${obstacle}`)
if (obstacles.length > 0) process.exit(1)

mkdirSync(kept, { recursive: true })
for (const file of [WASM, MANIFEST]) copyFileSync(join(artifacts, file), join(kept, file))
const { specName, specVersion, compressed } = readManifest(kept)
console.log(`keep-previous: ${specName} ${specVersion}, ${compressed.bytes} bytes, in ${kept}`)
