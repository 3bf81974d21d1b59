import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { printSchema } from 'graphql'
import { schema } from './schema/index.ts'

test('api/schema.graphql is the schema as it is', async () => {
  const committed = await readFile(new URL('../schema.graphql', import.meta.url), 'utf8')
  const upToDate = committed === `${printSchema(schema)}\n`
  assert.ok(upToDate, 'write it anew: node api/src/print-schema.ts > api/schema.graphql')
})
