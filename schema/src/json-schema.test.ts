import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { DEPLOYMENT_JSON_SCHEMA, JSON_SCHEMAS } from './json-schema.ts'
import { DEFAULT_POLICY, POLICY_JSON_SCHEMA } from './policy.ts'

const root = join(import.meta.dirname, '../..')
const written = (file: string) => readFileSync(join(root, file), 'utf8')
const shapeOf = (file: string) => z.fromJSONSchema(JSON.parse(written(file)))

for (const [file, text] of Object.entries(JSON_SCHEMAS)) {
  test(`${file}, for editors, is that of the shape`, () => {
    assert.equal(written(file), text(), 'node schema/scripts/json-schemas.ts')
  })
}

for (const name of readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.yaml'))) {
  test(`an editor finds nothing wrong with examples/${name}, and a wrong key in it`, () => {
    const shape = shapeOf(DEPLOYMENT_JSON_SCHEMA)
    const text = readFileSync(join(root, 'examples', name), 'utf8')
    assert.equal(shape.safeParse(parse(text)).error, undefined)
    assert.ok(!shape.safeParse(parse(text.replace('services:', 'servces:'))).success)
    assert.ok(!shape.safeParse(parse(text.replace(/command:/, 'comand:'))).success)
  })
}

test('an editor finds nothing wrong with the policy that an agent writes, and a wrong key or value in it', () => {
  const shape = shapeOf(POLICY_JSON_SCHEMA)
  assert.equal(shape.safeParse(parse(DEFAULT_POLICY)).error, undefined)
  for (const [right, wrong] of [
    ['owners:', 'owner:'],
    ['cpu: 2000', 'cpu: 2 cores'],
    ['executor: auto', 'executor: docker'],
    ['networks: [none]', 'networks: [host]'],
  ] as const) {
    assert.ok(DEFAULT_POLICY.includes(right))
    assert.ok(!shape.safeParse(parse(DEFAULT_POLICY.replace(right, wrong))).success, wrong)
  }
})

test('what is known only to be refused is not offered by editors', () => {
  assert.doesNotMatch(written(DEPLOYMENT_JSON_SCHEMA), /"not"|"secrets"/)
})
