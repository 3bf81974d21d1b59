/** Control groups of version 2 as a kernel has them. Run by test/guest/run.sh, in a delegated group. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { findCgroups } from './cgroup.ts'
import { groupsOf, processesWith, until } from './escape-tools.fixture.ts'
import { limitsFor } from './limits.ts'
import { probeHost } from './probe.ts'

const MOUNT = '/sys/fs/cgroup'
const groupOf = (pid: number | 'self') =>
  readFileSync(`/proc/${pid}/cgroup`, 'utf8').replace(/^0::/, '').trim()
const limits = limitsFor({ cpu: 500, memory: 64, storage: 8 })

const before = groupOf('self')
const beside = spawn('sleep', ['600'])
await once(beside, 'spawn')
const found = findCgroups()
assert.ok(found, 'this host gives the control groups that were delegated')
const groups = found

test('the agent and what was beside it are in a leaf, and groups beside that one have limits', () => {
  assert.equal(groupOf('self'), join(before, 'covenant/agent'))
  assert.equal(groupOf(beside.pid as number), join(before, 'covenant/agent'))
  beside.kill()
  assert.equal(groups.pathOf('x'), join(before, 'covenant/x'))
  assert.equal(findCgroups()?.pathOf('x'), groups.pathOf('x'), 'found again from within the leaf')

  const group = groups.create('one', limits)
  const read = (file: string) =>
    readFileSync(join(MOUNT, groups.pathOf('one'), file), 'utf8').trim()
  assert.equal(read('memory.max'), String(limits.memoryBytes))
  assert.equal(read('cpu.max'), '50000 100000')
  assert.equal(read('pids.max'), '32')
  assert.equal(read('../memory.swap.max'), '0')
  group.remove()
  assert.ok(!existsSync(join(MOUNT, groups.pathOf('one'))))
})

for (const name of ['bubblewrap', 'crun', 'runc'] as const) {
  // The runtimes are for root.
  if (name !== 'bubblewrap' && process.getuid?.() !== 0) continue
  test(`${name}: what an agent killed without warning leaves of its groups the next one clears`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'guest-'))
    // The probe empties it.
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const host = await probeHost({
      ...{ path: process.env['PATH'] ?? '', uid: 20_001, folder, executor: name },
    })
    assert.ok(host.works, JSON.stringify(host))
    assert.ok(host.cgroups, 'totals are held')
    const mark = `39${process.pid}`
    const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href)
    const agent = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { probeHost } from ${here('./probe.ts')}
         const folder = ${JSON.stringify(folder)}
         const host = await probeHost({ path: process.env.PATH, uid: 20001, folder, executor: '${name}' })
         const sandbox = host.executor.launch({
           name: 'left-${name}.main', root: '/', hostname: 'web', env: {}, output() {},
           uid: process.getuid() === 0 ? 20001 : undefined,
           command: ['/bin/sleep', '${mark}'], limits: ${JSON.stringify(limits)},
         })
         await sandbox.started
         console.log('started')`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    t.after(() => agent.kill('SIGKILL'))
    await once(agent.stdout, 'data')
    assert.deepEqual(groupsOf(groups, `left-${name}`), [`left-${name}.main`])
    agent.kill('SIGKILL')
    await until(() => processesWith(`sleep\0${mark}`).length === 0)
    await until(() => {
      groups.clear(`left-${name}`)
      return groupsOf(groups, `left-${name}`).length === 0
    })
  })
}
