import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog } from '@covenant/service'
import type { Changes } from '../changes.ts'
import type { Database } from '../database.ts'
import { createApi } from '../server.ts'

/** A database that nothing may be asked of: what is refused is refused before anything is read. */
const nothing = {
  head: () => Promise.reject(new Error('the head was read')),
  confirm: () => Promise.reject(new Error('the head was read')),
  seenHead: () => undefined,
  query: () => Promise.reject(new Error('rows were read')),
  close: () => Promise.resolve(),
}
const database: Database = {
  snapshot: () => nothing,
  glance: () => nothing,
  close: () => Promise.resolve(),
}
/** Nothing is followed. */
const changes: Changes = {
  head: () => null,
  ofNode: () => '0',
  untilChanged: () => Promise.resolve(),
  onHead: () => () => {},
  onClosed: () => () => {},
  isClosed: () => true,
  close: () => Promise.resolve(),
}
const api = createApi({ database, changes, log: createLog('test', () => {}) })

const inner = (depth: number): string =>
  depth === 0 ? 'id' : `node { contracts(first: 1) { nodes { ${inner(depth - 1)} } } }`
const refusals: [name: string, query: string, says: RegExp][] = [
  ['tokens', `{ meta { ${'height '.repeat(1_000)} } }`, /more than 1000 tokens/],
  [
    'depth',
    `{ contract(id: 1) { ${inner(6)} } }`,
    /nests its fields 20 deep; 16 is the most that is answered\. Ask/,
  ],
  [
    'aliases',
    `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: meta { height }`).join(' ')} }`,
    /31 aliases; 30 is the most that is answered\. Ask/,
  ],
  [
    'cost',
    '{ contracts(first: 100) { nodes { events(first: 100) { nodes { name data } } } } }',
    /could hold 520201 fields; 50000 is the most that is answered\. Ask for fewer items/,
  ],
  [
    'introspection that nests its lists',
    '{ __type(name: "Query") { fields { type { fields { type { fields { type { fields { name } } } } } } } } }',
    /introspection depth/i,
  ],
]
for (const [name, query, says] of refusals) {
  test(`the limit of ${name} refuses with what would be answered`, async () => {
    const response = await api.fetch('http://127.0.0.1/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
      },
      body: JSON.stringify({ query }),
    })
    const { errors } = (await response.json()) as { errors: { message: string }[] }
    assert.match(errors[0]!.message, says)
    assert.equal(response.status, 400)
  })
}
