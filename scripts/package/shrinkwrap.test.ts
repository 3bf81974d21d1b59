import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type LockedPackage, lockedFor } from './shrinkwrap.ts'

const lock: Record<string, LockedPackage & Record<string, unknown>> = {
  'node_modules/a': { version: '1.0.0', devOptional: true, dependencies: { b: '^1', c: '^2' } },
  'node_modules/b': {
    version: '1.1.0',
    peerDependencies: { c: '*', d: '*' },
    peerDependenciesMeta: { d: { optional: true } },
    optionalDependencies: { 'b-linux': '1', 'b-elsewhere': '1' },
  },
  'node_modules/b-linux': { version: '1.0.0' },
  'node_modules/c': { version: '1.9.0' },
  'node_modules/a/node_modules/c': { version: '2.0.0', dependencies: { e: '1' } },
  'node_modules/e': { version: '1.0.0' },
  'node_modules/d': { version: '1.0.0', dev: true },
  'node_modules/@covenant/api': { link: true },
}

test('what is needed is taken from where npm has put it, and nothing else', () => {
  assert.deepEqual(Object.keys(lockedFor({ a: '1.0.0' }, lock)), [
    'node_modules/a',
    'node_modules/a/node_modules/c',
    'node_modules/b',
    'node_modules/b-linux',
    'node_modules/c',
    'node_modules/e',
  ])
})

test('nothing is marked as of development, which npm would leave out', () => {
  const { 'node_modules/a': a } = lockedFor({ a: '1.0.0' }, lock)
  assert.deepEqual(a, { version: '1.0.0', dependencies: { b: '^1', c: '^2' } })
})

test('what the lock file lacks, and a workspace, end it', () => {
  assert.throws(() => lockedFor({ x: '1' }, lock), /has no x, which Covenant needs/)
  assert.throws(() => lockedFor({ '@covenant/api': '1' }, lock), /which is no package/)
})

test("the clone's own lock file has all that every workspace needs, and neither linter nor Prisma's CLI is of it", () => {
  const root = join(import.meta.dirname, '../..')
  const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'))
  const { workspaces } = read('package.json') as { workspaces: string[] }
  const { packages } = read('package-lock.json') as { packages: Record<string, LockedPackage> }
  for (const workspace of workspaces) {
    const { dependencies = {} } = read(`${workspace}/package.json`) as LockedPackage
    const external = Object.entries(dependencies).filter(([name]) => !name.startsWith('@covenant/'))
    const locked = Object.keys(lockedFor(Object.fromEntries(external), packages))
    for (const [name] of external) assert.ok(locked.includes(`node_modules/${name}`), name)
    for (const name of ['oxlint', 'typescript', 'prisma']) {
      assert.ok(!locked.includes(`node_modules/${name}`), `${workspace}: ${name}`)
    }
  }
})
