import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** What decides the runtime's bytes, besides the compiler and the locked crates. */
const ROOTS = ['Cargo.toml', 'pallets', 'runtime', 'scripts/build-runtime', 'scripts/toolchain']
/** What cargo and the scripts read; not what an editor leaves lying about. */
const READ = /(\.rs|\.toml|^scripts\/[^/]+)$/
/** Compiled for tests and benchmarks alone. */
const TESTS = /(^|\/)(tests|mock|benchmarking|benchmarks)(\.rs$|\/)/

export const sha256 = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

/** The SHA-256 over the path and content of every source file of the runtime in `chain`. */
export const hashSources = (chain: string): string =>
  sha256(
    ROOTS.flatMap((root) => listFiles(join(chain, root)))
      .map((file) => ({ file, path: relative(chain, file).split(sep).join('/') }))
      .filter(({ path }) => READ.test(path) && !TESTS.test(path))
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map(({ file, path }) => `${path} ${sha256(readFileSync(file))}\n`)
      .join(''),
  )

/** The SHA-256 of the lock file of the crates in `chain`. */
export const hashLock = (chain: string): string => sha256(readFileSync(join(chain, 'Cargo.lock')))

const listFiles = (path: string): string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path).flatMap((name) => listFiles(join(path, name)))
    : [path]
