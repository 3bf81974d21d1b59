import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findOnPath } from '@covenant/service/sandbox-probe'
import { findCgroups } from './cgroup.ts'
import { probeHost } from './probe.ts'
import { findTools, OCI_TOOLS } from './tools.ts'

const path = process.env['PATH'] ?? ''
const uid = 1_879_048_192
const folder = mkdtempSync(join(tmpdir(), 'bundles-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const isRoot = process.getuid?.() === 0

test('a host that can sandbox says with which bubblewrap and whether totals are bounded', async () => {
  const host = await probeHost({ path, uid, folder })
  assert.ok(host.works, JSON.stringify(host))
  assert.match(host.executor.version, /^\d/)
  assert.equal(host.noHealthChecks, undefined)
  assert.equal(host.cgroups !== undefined, findCgroups() !== undefined)
})

test('a host without bubblewrap is told the command that installs it', async () => {
  const host = await probeHost({ path: '/nowhere', uid, folder })
  assert.ok(!host.works)
  assert.equal(host.message, 'bwrap is not installed')
  assert.match(host.remedy, /install.* bubblewrap$/)
})

test('a host that lacks a program beside bubblewrap is told of that one', async (t) => {
  const programs = await mkdtemp(join(tmpdir(), 'path-'))
  t.after(() => rm(programs, { recursive: true }))
  const tools = findTools(path)
  assert.ok('bwrap' in tools)
  await symlink(tools.bwrap, join(programs, 'bwrap'))
  const host = await probeHost({ path: programs, uid, folder })
  assert.ok(!host.works)
  assert.match(host.remedy, /util-linux$/)
})

test('control groups that refuse do not stop a host from sandboxing without them', async () => {
  const cgroups = {
    create: () => {
      throw new Error('read-only file system')
    },
    pathOf: (name: string) => name,
    remove: () => {},
    secondary: undefined,
    clear: () => {},
  }
  const host = await probeHost({ path, uid, folder, cgroups })
  assert.ok(host.works)
  assert.equal(host.cgroups, undefined)
})

test('a host that refuses user namespaces is told the setting', () => {
  const probe = JSON.stringify(new URL('./probe.ts', import.meta.url).href)
  // A user namespace of our own in which no further one may be made.
  const script = `
    import { writeFileSync } from 'node:fs'
    import { probeHost } from ${probe}
    writeFileSync('/proc/sys/user/max_user_namespaces', '0')
    console.log(JSON.stringify(await probeHost({ path: process.env.PATH, uid: 0, folder: ${JSON.stringify(folder)}, executor: 'bubblewrap' })))`
  const child = spawnSync(
    'unshare',
    ['--user', '--map-root-user', process.execPath, '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  )
  assert.equal(child.status, 0, child.stderr)
  const host = JSON.parse(child.stdout)
  assert.equal(host.works, false)
  assert.equal(host.remedy, 'sudo sysctl -w user.max_user_namespaces=16384')
})

test('an OCI runtime that is not there is refused with the reason', async () => {
  const host = await probeHost({ path: folder, uid, folder, executor: 'crun' })
  assert.equal(host.works ? '' : host.message, 'crun is not installed')
})

// As root it would be started: see probe.host-test.ts.
if (!isRoot) {
  test('an OCI runtime is refused to a plain user with the reason', async (t) => {
    const programs = await mkdtemp(join(tmpdir(), 'path-'))
    t.after(() => rm(programs, { recursive: true }))
    for (const name of OCI_TOOLS) {
      await symlink(findOnPath(name, path) ?? '', join(programs, name))
    }
    await symlink(process.execPath, join(programs, 'crun'))
    const host = await probeHost({ path: programs, uid, folder, executor: 'crun' })
    assert.equal(host.works ? '' : host.message, 'crun needs root')
  })
}
