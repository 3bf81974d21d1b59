import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statementName } from './statement-name.ts'

test('a statement is named by its verb and its table', () => {
  const cases = [
    ['INSERT INTO blocks (height)\n VALUES ($1)', 'insert blocks'],
    ['  UPDATE nodes SET x = 1 FROM specs', 'update nodes'],
    ['DELETE FROM members WHERE true', 'delete members'],
    ['\n  select * from contracts t where t.id = $1', 'select contracts'],
    [
      'select parents.index, t.* from unnest($1) parents cross join lateral (select * from events t) t',
      'select events',
    ],
    ['COMMIT', 'commit'],
    ['', ''],
  ]
  for (const [text, name] of cases) assert.equal(statementName(text ?? ''), name)
  assert.equal(statementName('COMMIT'), 'commit', 'the second time too')
})
