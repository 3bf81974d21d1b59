/** npm run reference: writes docs/reference/ anew, and the errors of docs/chain.md; tests say when that is needed. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERRORS_PAGE, withErrorTables } from './errors.ts'
import { referencePages } from './pages.ts'

const folder = join(import.meta.dirname, '../../docs/reference')
mkdirSync(folder, { recursive: true })
for (const [name, text] of Object.entries(await referencePages())) {
  writeFileSync(join(folder, name), text)
}
writeFileSync(ERRORS_PAGE, withErrorTables(readFileSync(ERRORS_PAGE, 'utf8')))
