/** For tests alone: all rows of a mirror, to be held against another's. */
import assert from 'node:assert/strict'
import type { Database } from '@covenant/schema/db'

/** All but the head, which also says when it was written. */
const TABLES = [
  'blocks',
  'events',
  'groups',
  'members',
  'group_epochs',
  'proposals',
  'votes',
  'nodes',
  'contracts',
  'specs',
  'bodies',
  'body_holders',
]

/** The rows of each table, blocks and events up to `height`; none may be empty. */
export async function tablesUpTo(db: Database, height: number) {
  const contents: Record<string, unknown> = {}
  for (const table of TABLES) {
    const recent = table === 'blocks' || table === 'events' ? `WHERE height <= ${height}` : ''
    const { rows } = await db.pool.query(`SELECT * FROM ${table} AS t ${recent} ORDER BY t::text`)
    assert.ok(rows.length > 0, `no row in ${table}`)
    contents[table] = rows
  }
  return contents
}
