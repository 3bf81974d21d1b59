// Runs every *.test.ts of the repository, or those whose path contains one of the given words:
//   npm test                     all
//   npm test -- schema flow/     those of schema, and of test/flow
//   npm run test:host            every *.host-test.ts: those that need programs which not every
//                                machine has (docker-registry, crun, zsh, …), and which .ci/run installs
// A skipped test counts as a failure: a check that may be left out is none.
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

const root = join(import.meta.dirname, '..')
const isHost = process.argv[2] === '--host'
const words = process.argv.slice(isHost ? 3 : 2)
const files = globSync(isHost ? '**/*.host-test.ts' : '**/*.test.ts', {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules|target|\.covenant)$/.test(path),
})
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .toSorted(slowestFirst)
  .map((file) => join(root, file))

if (files.length === 0) {
  console.error(`no test file's path contains ${words.map((word) => `'${word}'`).join(' or ')}`)
  process.exit(2)
}

const stream = run({ files, concurrency: Math.min(2, availableParallelism()), cwd: root })
let skipped = 0
stream.on('test:fail', () => (process.exitCode = 1))
stream.on('test:pass', ({ skip, todo }) => {
  if (skip !== undefined || todo !== undefined) skipped += 1
})
stream.on('test:summary', () => {
  if (skipped === 0) return
  console.error(`${skipped} tests were skipped: each must run, or go`)
  process.exitCode = 1
})
stream.compose(spec).pipe(process.stdout)

/** What runs over the whole stack takes longest: it begins first, so that no core waits at the end. */
function slowestFirst(a: string, b: string): number {
  const rank = (file: string) => (file.startsWith('test/') ? 0 : 1)
  return rank(a) - rank(b) || a.localeCompare(b)
}
