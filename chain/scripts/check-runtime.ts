/**
 * usage: check-runtime FOLDER
 *
 * Whether the committed runtime is what these sources compile to. Builds it into FOLDER, unless an
 * earlier check passed for exactly these sources, crates, artifacts and compiler. Ends with
 *
 *   0  the bytes are the same
 *   1  they are not, or the artifacts do not belong to these sources
 *   2  wrong usage
 *   3  this machine has another compiler than the committed runtime was made with, so the bytes
 *      cannot be compared; FOLDER holds what this one makes
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { findStale } from './find-stale.ts'
import { readManifest, type Manifest } from './manifest.ts'
import { sha256 } from './sources.ts'

const chain = join(import.meta.dirname, '..')
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'covenant')

const run = (script: string, ...args: string[]): void => {
  execFileSync(join(chain, 'scripts', script), args, { stdio: 'inherit' })
}

/** Where a passed check of exactly this is noted. */
const passFile = (committed: Manifest): string =>
  join(cache, 'runtime-checks', sha256(JSON.stringify(committed)))

const readRustc = (): string => {
  const environment = execFileSync(join(chain, 'scripts/toolchain'), ['--env'], {
    encoding: 'utf8',
  })
  const rustc = /^export RUSTC=(.+)$/m.exec(environment)?.[1]
  if (!rustc) throw new Error('chain/scripts/toolchain --env names no RUSTC')
  return execFileSync(rustc, ['--version'], { encoding: 'utf8' }).trim()
}

const check = (folder: string): number => {
  const stale = findStale(chain)
  if (stale.length > 0) {
    for (const reason of stale) console.error(`check-runtime: ${reason}`)
    console.error('check-runtime: run chain/scripts/build-runtime and commit chain/artifacts')
    return 1
  }
  const committed = readManifest(join(chain, 'artifacts'))
  const pass = passFile(committed)
  if (existsSync(pass)) {
    console.log(`check-runtime: passed before, ${readFileSync(pass, 'utf8').trim()}`)
    return 0
  }

  run('toolchain')
  run('build-runtime', folder)
  const built = readManifest(folder)
  const rustc = readRustc()
  if (rustc !== committed.rustc) {
    console.log(`check-runtime: built with ${rustc}, into ${folder}`)
    console.log(`check-runtime: to compare the bytes, ${committed.rustc} is needed`)
    return 3
  }
  if (
    built.wasm.sha256 !== committed.wasm.sha256 ||
    built.metadata.sha256 !== committed.metadata.sha256
  ) {
    console.error(`check-runtime: committed ${committed.wasm.sha256}, built ${built.wasm.sha256}`)
    console.error(
      `check-runtime: ${rustc} makes other bytes of these sources; see docs/toolchain.md`,
    )
    return 1
  }
  mkdirSync(dirname(pass), { recursive: true })
  writeFileSync(pass, `${new Date().toISOString()}, ${committed.wasm.sha256}\n`)
  console.log(`check-runtime: the same bytes, ${committed.wasm.sha256}`)
  return 0
}

const [folder, ...rest] = process.argv.slice(2)
if (!folder || rest.length > 0) {
  console.error('usage: check-runtime FOLDER')
  process.exitCode = 2
} else {
  process.exitCode = check(folder)
}
