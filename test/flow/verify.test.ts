import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openDatabase } from '@covenant/schema/db'
import { runningUrl } from '@covenant/schema/postgres/url'
import { join } from 'node:path'
import { startStack, type Stack } from '../stack.ts'

let stack: Stack
before(async () => {
  stack = await startStack()
})
after(async () => {
  await stack.stop()
  stack.remove()
})

type Verdict = { ok: boolean; count: number; differences: { table: string; column: string }[] }

test('the rows of a running stack equal its chain, a changed one is named with exit code 1, and reindex makes it right', async () => {
  const fine = await stack.json<Verdict>('verify')
  assert.deepEqual(fine.differences, [])
  assert.equal(fine.ok, true)

  const url = runningUrl(join(stack.dataFolder, 'postgres'))
  assert.ok(url)
  const db = openDatabase(url)
  await db.pool.query(`UPDATE nodes SET region = 'elsewhere' WHERE id = 1`)
  await db.close()
  const { code, stdout } = await stack.covenant('verify', '--json')
  assert.equal(code, 1)
  const { ok, count, differences } = JSON.parse(stdout) as Verdict
  assert.deepEqual({ ok, count }, { ok: false, count: 1 })
  assert.deepEqual(
    differences.map(({ table, column }) => ({ table, column })),
    [{ table: 'nodes', column: 'region' }],
  )
  const { stdout: shown } = await stack.covenant('verify')
  assert.match(shown, /nodes +1 +region +elsewhere/)

  const head = await stack.json<{ height: number }>('reindex')
  assert.ok(head.height > 0)
  assert.equal((await stack.json<Verdict>('verify')).ok, true)
})
