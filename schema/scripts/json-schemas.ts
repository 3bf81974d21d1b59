/** Writes the JSON Schemas for editors anew; a test says when that is needed. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { JSON_SCHEMAS } from '../src/json-schema.ts'

for (const [file, text] of Object.entries(JSON_SCHEMAS)) {
  writeFileSync(join(import.meta.dirname, '../..', file), text())
}
