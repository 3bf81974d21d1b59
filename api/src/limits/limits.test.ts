import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  isListType,
  getNullableType,
  isObjectType,
  parse,
  validate,
  getOperationAST,
  getIntrospectionQuery,
} from 'graphql'
import { schema } from '../schema/index.ts'
import { aliasLimit } from './aliases.ts'
import { type CostExtensions, costOf } from './cost.ts'
import { depthLimit } from './depth.ts'

const problemsOf = (query: string, rule: ReturnType<typeof depthLimit>) =>
  validate(schema, parse(query), [rule]).map(({ message }) => message)

const depths: [query: string, depth: number][] = [
  ['{ meta { height } }', 2],
  ['{ contracts { nodes { node { id } } } }', 4],
  ['{ contracts { ...on ContractConnection { nodes { id } } } }', 3],
  [
    '{ contracts { ...c } } fragment c on ContractConnection { nodes { ...d } } fragment d on Contract { node { id } }',
    4,
  ],
  ['{ meta { height } contracts { nodes { id } } }', 3],
  ['{ __schema { types { fields { type { name } } } } meta { height } }', 2],
]
for (const [query, depth] of depths) {
  test(`${query} is ${depth} deep`, () => {
    assert.deepEqual(problemsOf(query, depthLimit(depth)), [])
    const [problem] = problemsOf(query, depthLimit(depth - 1))
    assert.match(problem!, new RegExp(`nests its fields ${depth} deep; ${depth - 1} is the most`))
  })
}

test('the depth of fragments that spread each other is an end', () => {
  const query = '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a meta { height } }'
  assert.deepEqual(problemsOf(query, depthLimit(16)), [])
})

test('aliases are counted wherever they stand', () => {
  const query = '{ a: meta { b: height ...m } } fragment m on Meta { c: hash height }'
  assert.deepEqual(problemsOf(query, aliasLimit(3)), [])
  assert.match(problemsOf(query, aliasLimit(2))[0]!, /has 3 aliases; 2 is the most/)
})

function cost(query: string, sent: Record<string, unknown> = {}): number {
  const document = parse(query)
  const operation = getOperationAST(document)
  assert.ok(operation)
  return costOf(operation, { schema, document, sent })
}

const costs: [query: string, cost: number, sent?: Record<string, unknown>][] = [
  ['{ meta { height hash } }', 3],
  // The connection, and 20 times an item and its id.
  ['{ contracts { nodes { id } } }', 1 + 20 * 2],
  ['{ contracts(first: 5) { edges { node { id } } pageInfo { endCursor } } }', 1 + 5 * 3 + 2],
  ['{ contracts(last: 3) { nodes { id } } }', 1 + 3 * 2],
  [
    '{ contracts(first: 5) { nodes { events(first: 4) { nodes { name } } } } }',
    1 + 5 * (1 + 1 + 4 * 2),
  ],
  ['query ($n: Int) { contracts(first: $n) { nodes { id } } }', 1 + 7 * 2, { n: 7 }],
  ['query ($n: Int = 6) { contracts(first: $n) { nodes { id } } }', 1 + 6 * 2],
  ['query ($n: Int) { contracts(first: $n) { nodes { id } } }', 1 + 20 * 2, { n: 'x' }],
  ['{ contracts(first: 1000000) { nodes { id } } }', 1 + 100 * 2],
  ['{ contracts(first: null) { nodes { id } } }', 1 + 20 * 2],
  ['{ contract(id: 1) { running { body } } }', 1 + 1 + 50],
  ['{ group(id: 1) { members { weight } } }', 1 + 64 * 2],
  [
    '{ contracts(first: 2) { ...c } } fragment c on ContractConnection { nodes { ...on Contract { id } } }',
    1 + 2 * 2,
  ],
  ['{ __schema { types { name } } __typename }', 0],
]
for (const [query, expected, sent] of costs) {
  test(`${query} with ${JSON.stringify(sent ?? {})} costs ${expected}`, () => {
    assert.equal(cost(query, sent), expected)
  })
}

test('fragments that double each other are measured without doubling the work', () => {
  const doubling = Array.from(
    { length: 60 },
    (_, i) =>
      `fragment f${i} on Contract { node { contracts(first: 1) { nodes { ...f${i + 1} ...f${i + 1} } } } }`,
  )
  const query = `{ contract(id: 1) { ...f0 } } ${doubling.join(' ')} fragment f60 on Contract { id }`
  assert.ok(cost(query) > 2 ** 60)
})

test('every list says how long it can be', () => {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__') || type.name.endsWith('Connection'))
      continue
    for (const field of Object.values(type.getFields())) {
      if (!isListType(getNullableType(field.type))) continue
      const { items } = field.extensions as CostExtensions
      assert.ok(items, `${type.name}.${field.name} needs extensions: { items }`)
    }
  }
})

test('the introspection query of tools is within the limits', () => {
  const query = getIntrospectionQuery({ inputValueDeprecation: true, directiveIsRepeatable: true })
  assert.deepEqual(problemsOf(query, depthLimit(1)), [])
  assert.equal(cost(query), 0)
})
