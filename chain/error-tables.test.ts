import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { PAGE, withErrorTables } from './scripts/error-tables.ts'

const page = readFileSync(PAGE, 'utf8')

test('docs/chain.md tells each error of the committed runtime: if not, run chain/scripts/error-tables.ts', () => {
  assert.equal(page, withErrorTables(page))
})

test('each error says what happened and what to do', () => {
  const rows = page.split('\n').filter((line) => /^\| `[A-Z]\w+` \| [A-Z]/.test(line))
  const silent = rows.filter((row) => row.split('|').some((cell) => cell.trim() === '' && cell !== ''))
  assert.ok(rows.length > 60, `${rows.length} errors`)
  assert.deepEqual(silent, [])
})
