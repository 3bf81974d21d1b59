import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startPostgres } from '@covenant/schema/postgres/start'
import { startStack } from '../stack.ts'

test('a stack with a DATABASE_URL keeps its rows there and starts no Postgres of its own', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'covenant-database-'))
  const database = await startPostgres({ dir })
  const stack = await startStack({ env: { DATABASE_URL: database.url } })
  try {
    const { meta } = await stack.query<{ meta: { height: number } }>('{ meta { height } }')
    assert.ok(meta.height > 0)
    assert.ok(!existsSync(join(stack.dataFolder, 'postgres')))
    assert.throws(() => stack.pidOf('covenant-postgres'))
  } finally {
    await stack.stop()
    stack.remove()
    await database.stop()
    rmSync(dir, { recursive: true })
  }
})
