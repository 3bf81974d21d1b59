import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { DEPLOYMENT_JSON_SCHEMA, deploymentJsonSchema } from './deployment-json-schema.ts'

const root = join(import.meta.dirname, '../..')
const written = readFileSync(join(root, DEPLOYMENT_JSON_SCHEMA), 'utf8')
const shape = z.fromJSONSchema(JSON.parse(written))

test('the JSON Schema for editors is that of the shape', () => {
  assert.equal(written, deploymentJsonSchema(), 'node schema/scripts/deployment-json-schema.ts')
})

for (const name of readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.yaml'))) {
  test(`an editor finds nothing wrong with examples/${name}, and a wrong key in it`, () => {
    const text = readFileSync(join(root, 'examples', name), 'utf8')
    assert.equal(shape.safeParse(parse(text)).error, undefined)
    assert.ok(!shape.safeParse(parse(text.replace('services:', 'servces:'))).success)
    assert.ok(!shape.safeParse(parse(text.replace(/command:/, 'comand:'))).success)
  })
}

test('what is known only to be refused is not offered by editors', () => {
  assert.doesNotMatch(written, /"not"|"secrets"/)
})
