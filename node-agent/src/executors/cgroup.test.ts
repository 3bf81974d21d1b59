/** The arithmetic of where groups are. That their limits hold is tried wherever there are any. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { findCgroups } from './cgroup.ts'
import { limitsFor } from './limits.ts'

/** Folders as the kernel shows groups of version 2; no kernel is behind them. */
function layOut(t: TestContext, groups: Record<string, string>) {
  const mount = mkdtempSync(join(tmpdir(), 'cgroup-'))
  t.after(() => rmSync(mount, { recursive: true }))
  for (const [path, controllers] of Object.entries(groups)) {
    const folder = join(mount, path)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'cgroup.controllers'), `${controllers}\n`)
    writeFileSync(join(folder, 'cgroup.procs'), '')
    if (path !== '/') writeFileSync(join(folder, 'cgroup.type'), 'domain\n')
  }
  const read = (path: string) => readFileSync(join(mount, path), 'utf8')
  /** A line of /proc/self/mountinfo. */
  const seen = (root = '/') =>
    `35 24 0:30 ${root} ${mount} rw,nosuid shared:9 - cgroup2 cgroup2 rw\n`
  return { mount, read, seen }
}

const ALL = 'cpuset cpu io memory pids'
const SCOPE = '/user.slice/user@1000.service/app.slice/run-1.scope'

test('groups are made beneath the group that was delegated, which offers them its controllers', (t) => {
  const { read, seen, mount } = layOut(t, { '/': ALL, [SCOPE]: ALL })
  const groups = findCgroups(seen(), `1:name=systemd:/x\n0::${SCOPE}\n`)
  assert.ok(groups)
  for (const group of [SCOPE, `${SCOPE}/covenant`]) {
    assert.equal(read(`${group}/cgroup.subtree_control`), '+memory +cpu +pids')
  }
  assert.equal(groups.pathOf('x'), `${SCOPE}/covenant/x`)
  assert.equal(groups.secondary, undefined)
  groups.create('one', limitsFor({ cpu: 250, memory: 64, storage: 1 }))
  const limits = ['memory.max', 'cpu.max', 'pids.max'].map((file) =>
    read(`${SCOPE}/covenant/one/${file}`),
  )
  assert.deepEqual(limits, [String(64 * 1024 * 1024), '25000 100000', '32'])
  assert.deepEqual(readdirSync(join(mount, SCOPE, 'covenant')).toSorted(), [
    'agent',
    'cgroup.subtree_control',
    'one',
  ])
})

test('an agent that is in the leaf already takes the group around it', (t) => {
  const { seen } = layOut(t, { '/': '', [SCOPE]: ALL, [`${SCOPE}/covenant/agent`]: '' })
  const groups = findCgroups(seen(), `0::${SCOPE}/covenant/agent\n`)
  assert.equal(groups?.pathOf('x'), `${SCOPE}/covenant/x`)
})

test('in a container the group at its root is meant, however that is shown', (t) => {
  const namespaced = layOut(t, { '/': ALL })
  writeFileSync(join(namespaced.mount, 'cgroup.type'), 'domain\n')
  assert.equal(findCgroups(namespaced.seen(), '0::/\n')?.pathOf('x'), '/covenant/x')
  assert.ok(readdirSync(join(namespaced.mount, 'covenant')).includes('agent'))
  const bound = layOut(t, { '/': ALL, '/inner': ALL })
  const inner = findCgroups(bound.seen('/docker/1'), '0::/docker/1/inner\n')
  assert.equal(inner?.pathOf('x'), '/inner/covenant/x')
  assert.equal(findCgroups(bound.seen('/docker/1'), '0::/elsewhere\n'), undefined)
})

test('where the own group does not offer all of them, those at the top are taken', (t) => {
  const { mount, seen } = layOut(t, { '/': ALL, '/user.slice/session-1.scope': 'memory pids' })
  const groups = findCgroups(seen(), '0::/user.slice/session-1.scope\n')
  assert.equal(groups?.pathOf('x'), '/covenant/x')
  assert.deepEqual(readdirSync(join(mount, 'covenant')), ['cgroup.subtree_control'], 'no leaf')
})

test('there are none where a controller is missing at the top too', (t) => {
  const { seen } = layOut(t, { '/': 'cpu memory', '/one': 'cpu memory' })
  assert.equal(findCgroups(seen(), '0::/one\n'), undefined)
  assert.equal(findCgroups('', '0::/one\n'), undefined)
})
