import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { referencePages } from './pages.ts'

const folder = join(import.meta.dirname, '../../docs/reference')
const pages = await referencePages()

for (const [name, text] of Object.entries(pages)) {
  test(`docs/reference/${name} is what "npm run reference" writes`, () => {
    assert.equal(readFileSync(join(folder, name), 'utf8'), text)
  })
}

test('docs/reference has no page that nothing generates', () => {
  assert.deepEqual(readdirSync(folder).toSorted(), Object.keys(pages).toSorted())
})
