import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openPolicyFile } from './policy-file.ts'
import { silent } from './testing.ts'

test('the policy that an agent writes accepts nobody, and leads editors to its schema', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'policy-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'policy.yaml')
  const policy = await openPolicyFile(file, silent)
  assert.equal(policy.problem(), null)
  assert.deepEqual(policy.current()?.owners, [])
  const [, schema = ''] =
    /^# yaml-language-server: \$schema=(.*)\n/.exec(await readFile(file, 'utf8')) ?? []
  assert.ok(existsSync(schema), schema)
})
