import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, raw, sql, toQuery } from './sql.ts'

test('values become numbered parameters in the order they are written', () => {
  assert.deepEqual(toQuery(sql`select ${1}, ${'two'} from t where id = any(${[3, 4]})`), {
    text: 'select $1, $2 from t where id = any($3)',
    values: [1, 'two', [3, 4]],
  })
})

test('pieces nest and keep the numbering right', () => {
  const inner = sql`a = ${'x'} and b = ${'y'}`
  assert.deepEqual(toQuery(sql`select * from t where ${inner} limit ${5}`), {
    text: 'select * from t where a = $1 and b = $2 limit $3',
    values: ['x', 'y', 5],
  })
})

test('joined pieces stand apart, and no pieces are no text', () => {
  assert.deepEqual(toQuery(join([sql`a = ${1}`, sql`b = ${2}`, raw('true')], ' and ')), {
    text: 'a = $1 and b = $2 and true',
    values: [1, 2],
  })
  assert.deepEqual(toQuery(join([], ' and ')), { text: '', values: [] })
})

test('a value that looks like SQL stays a value', () => {
  assert.deepEqual(toQuery(sql`select ${"'; drop table heads; --"}`), {
    text: 'select $1',
    values: ["'; drop table heads; --"],
  })
})
