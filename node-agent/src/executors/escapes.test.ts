import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { EXECUTORS } from '@covenant/schema/policy'
import { testEscapes } from './escapes.fixture.ts'
import { closeInheritedFiles } from './leftovers.ts'
import { probeHost } from './probe.ts'
import { workloadUid } from './workload-uid.ts'

closeInheritedFiles()

const isRoot = process.getuid?.() === 0
const uid = workloadUid('escapes', process.pid, 'main')
const folder = mkdtempSync(join(tmpdir(), 'bundles-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let count = 0

for (const executor of EXECUTORS) {
  const host = await probeHost({
    ...{ path: process.env['PATH'] ?? '', uid, executor },
    folder: join(folder, executor),
  })
  if (host.works) {
    testEscapes({
      name: executor,
      hasTotals: host.cgroups !== undefined,
      launch: (attempt) =>
        host.executor.launch({
          name: `escapes-${process.pid}.${count++}`,
          ...{ hostname: 'web', uid: isRoot ? uid : undefined, ...attempt },
        }),
    })
  } else {
    void test(`${executor}: escapes`, (t) => {
      if (executor === 'bubblewrap') throw new Error(host.message)
      t.skip(host.message)
    })
  }
}
