import { launchSandbox } from './bubblewrap.ts'
import { findCgroups } from './cgroup.ts'
import { testEscapes } from './escapes.fixture.ts'
import { closeInheritedFiles } from './leftovers.ts'
import { findTools, type SandboxTools } from './tools.ts'
import { workloadUid } from './workload-uid.ts'

closeInheritedFiles()

const tools = findTools(process.env['PATH'] ?? '') as SandboxTools
const cgroups = findCgroups()
let count = 0

testEscapes({
  name: 'bubblewrap',
  hasTotals: cgroups !== undefined,
  launch: (attempt) =>
    launchSandbox({
      ...{ tools, hostname: 'web', ...attempt },
      uid: process.getuid?.() === 0 ? workloadUid('escapes', process.pid, 'main') : undefined,
      cgroup: cgroups?.create(`escapes-${process.pid}.${count++}`, attempt.limits),
    }),
})
