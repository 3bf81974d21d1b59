import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ERRORS_PAGE, withErrorTables } from './errors.ts'

const page = readFileSync(ERRORS_PAGE, 'utf8')

test('docs/chain.md has the errors that "npm run reference" writes', () => {
  assert.equal(page, withErrorTables(page))
})

test('each error says what happened and what to do', () => {
  const rows = page.split('\n').filter((line) => /^\| `[A-Z]\w+` \| [A-Z]/.test(line))
  const isSilent = (row: string) => row.split('|').some((cell) => cell !== '' && cell.trim() === '')
  assert.ok(rows.length > 60, `${rows.length} errors`)
  assert.deepEqual(rows.filter(isSilent), [])
})
