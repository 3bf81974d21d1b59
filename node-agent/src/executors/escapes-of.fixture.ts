import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { ExecutorName } from '@covenant/schema/policy'
import { testEscapes } from './escapes.fixture.ts'
import { closeInheritedFiles } from './leftovers.ts'
import { probeHost } from './probe.ts'
import { workloadUid } from './workload-uid.ts'

/** The escapes, tried from inside a workload of this executor, as the host has it. */
export async function testEscapesOf(executor: ExecutorName): Promise<void> {
  closeInheritedFiles()
  const isRoot = process.getuid?.() === 0
  const uid = workloadUid('escapes', process.pid, 'main')
  const folder = mkdtempSync(join(tmpdir(), 'bundles-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const host = await probeHost({ path: process.env['PATH'] ?? '', uid, executor, folder })
  assert.ok(host.works, host.works ? '' : host.message)
  let count = 0
  testEscapes({
    name: executor,
    hasTotals: host.cgroups !== undefined,
    launch: (attempt) =>
      host.executor.launch({
        name: `escapes-${process.pid}.${count++}`,
        ...{ hostname: 'web', uid: isRoot ? uid : undefined, ...attempt },
      }),
  })
}
