import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findOnPath } from '@covenant/service/sandbox-probe'
import { findCgroups } from './cgroup.ts'
import { probeHost } from './probe.ts'
import { OCI_TOOLS } from './tools.ts'

const path = process.env['PATH'] ?? ''
const uid = 1_879_048_192
const folder = mkdtempSync(join(tmpdir(), 'bundles-'))
after(() => rmSync(folder, { recursive: true, force: true }))

for (const name of ['crun', 'runc'] as const) {
  test(`${name} is proven where it is asked for`, async () => {
    const host = await probeHost({ path, uid, folder, executor: name })
    assert.ok(host.works, JSON.stringify(host))
    assert.equal(host.executor.name, name)
    assert.match(host.executor.version, /^\d/)
    assert.equal(host.cgroups !== undefined, findCgroups() !== undefined)
    assert.equal(host.noHealthChecks, undefined)
  })
}

test('where bubblewrap is missing an OCI runtime stands in for it', async (t) => {
  const programs = await mkdtemp(join(tmpdir(), 'path-'))
  t.after(() => rm(programs, { recursive: true }))
  for (const name of ['crun', ...OCI_TOOLS] as const) {
    await symlink(findOnPath(name, path) ?? '', join(programs, name))
  }
  const host = await probeHost({ path: programs, uid, folder })
  assert.equal(host.works && host.executor.name, 'crun', JSON.stringify(host))
})
