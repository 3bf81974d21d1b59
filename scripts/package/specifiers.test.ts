import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namedFiles, rewriteSpecifiers } from './specifiers.ts'

const FILE = 'cli/src/commands/up/stack.ts'

const cases: [name: string, before: string, after: string][] = [
  [
    'an import of another workspace',
    `import { a } from '@covenant/schema/amount'`,
    `import { a } from '../../../../schema/src/amount.js'`,
  ],
  [
    "a workspace's front",
    `export * from "@covenant/service"`,
    `export * from "../../../../service/src/index.js"`,
  ],
  ['its own workspace', `import('@covenant/cli/main')`, `import('../../main.js')`],
  [
    'a process that is started by its path',
    `import.meta.resolve('@covenant/api/main')`,
    `import.meta.resolve('../../../../api/src/main.js')`,
  ],
  [
    'a file beside it',
    `new URL('executor-worker.ts', import.meta.url)`,
    `new URL('executor-worker.js', import.meta.url)`,
  ],
]
for (const [name, before, after] of cases) {
  test(`${name} is named by its JavaScript`, () => {
    assert.equal(rewriteSpecifiers(before, FILE), after)
  })
}

test('what is no module of ours stays', () => {
  const source = `import { z } from 'zod'; import.meta.resolve('@prisma/x'); say('@covenant/api'); new URL('./x.ts', y)`
  assert.equal(rewriteSpecifiers(source, FILE), source)
})

test('the files that a module names are found, packages are not', () => {
  const source = `import './a.js'; import 'zod'; new URL('b.js', import.meta.url); new URL('c', elsewhere)`
  assert.deepEqual(namedFiles(source, FILE), [
    'cli/src/commands/up/a.js',
    'cli/src/commands/up/b.js',
  ])
})
