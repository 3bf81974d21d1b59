import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { groupsOf, layOutRoot, processesWith, until } from './escape-tools.fixture.ts'
import { closeInheritedFiles } from './leftovers.ts'
import { limitsFor } from './limits.ts'
import { probeHost, type SandboxHost } from './probe.ts'
import { workloadUid } from './workload-uid.ts'

closeInheritedFiles()

const folder = mkdtempSync(join(tmpdir(), 'oci-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const root = join(folder, 'root')
await mkdir(root)
await layOutRoot(root)
const uid = workloadUid('oci', process.pid, 'main')
let count = 0

type Works = Extract<SandboxHost, { works: true }>

function launch({ executor }: Works, script: string) {
  let output = ''
  const name = `oci-${process.pid}.${count++}`
  const sandbox = executor.launch({
    ...{ name, root, uid, hostname: 'web', command: ['/bin/sh', '-c', script] },
    env: { PATH: '/usr/bin:/bin' },
    limits: limitsFor({ cpu: 500, memory: 64, storage: 8 }),
    output: (chunk) => (output += Buffer.from(chunk).toString()),
  })
  return { name, sandbox, output: () => output }
}

for (const name of ['crun', 'runc'] as const) {
  const bundles = join(folder, name)
  const host = await probeHost({
    ...{ path: process.env['PATH'] ?? '', uid, folder: bundles, executor: name },
  })
  const withHost = (what: string, body: (host: Works, t: TestContext) => Promise<void>) =>
    void test(`${name}: ${what}`, async (t) => {
      assert.ok(host.works, host.works ? '' : host.message)
      await body(host, t)
    })

  withHost(
    'the exit code of a program is kept, however short it is, and so is its signal',
    async (one) => {
      assert.deepEqual(await launch(one, 'exit 3').sandbox.exited, { type: 'exited', code: 3 })
      assert.deepEqual(await launch(one, 'exit 0').sandbox.exited, { type: 'exited', code: 0 })
      const { sandbox } = launch(one, 'sleep 3599')
      const program = await sandbox.started
      assert.ok(program)
      process.kill(program.pid, 'SIGTERM')
      process.kill(program.pid, 'SIGKILL')
      assert.deepEqual(await sandbox.exited, { type: 'exited', code: 137 })
    },
  )

  withHost(
    'a program that handles SIGTERM may end in its own time, one that does not is ended at once',
    async (one) => {
      const polite = launch(
        one,
        'trap "echo bye; exit 7" TERM; echo up; while :; do sleep 0.02; done',
      )
      await until(() => polite.output().includes('up'))
      assert.deepEqual(await polite.sandbox.stop(30_000), { type: 'exited', code: 7 })
      assert.equal(polite.output(), 'up\nbye\n')
      const deaf = launch(one, 'echo up; while :; do sleep 0.02; done')
      await until(() => deaf.output().includes('up'))
      assert.deepEqual(await deaf.sandbox.stop(2 ** 31 - 1), { type: 'exited', code: 137 })
    },
  )

  withHost(
    'the program runs as its own uid, within its control group, and nothing stays of either',
    async (one) => {
      const { name: group, sandbox } = launch(one, 'sleep 3597')
      const pid = (await sandbox.started)?.pid
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      assert.match(status, new RegExp(`^Uid:\\s+${uid}\\s+${uid}\\s`, 'm'))
      assert.match(status, /^CapBnd:\s+0+$/m)
      assert.match(status, /^NoNewPrivs:\s+1$/m)
      if (one.cgroups) {
        assert.ok(readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(`/covenant/${group}\n`))
        assert.ok(groupsOf(one.cgroups, group).length > 0)
      }
      assert.ok(existsSync(join(bundles, group)))
      await sandbox.stop(0)
      assert.deepEqual(readdirSync(bundles), [])
      assert.deepEqual(groupsOf(one.cgroups, group), [])
    },
  )

  withHost('its root is read-only, whoever it is', async (one) => {
    const { sandbox, output } = launch(one, 'cat /proc/self/mounts')
    await sandbox.exited
    assert.match(output(), /^\S+ \/ \S+ ro[, ]/m)
  })

  withHost(
    'a program that is not in the image, or a root that is not there, is named',
    async (one) => {
      const options = {
        name: 'none',
        uid,
        hostname: 'web',
        env: {},
        limits: limitsFor({ cpu: 100, memory: 64, storage: 1 }),
      }
      let said = ''
      const output = (chunk: Uint8Array) => (said += Buffer.from(chunk).toString())
      const missing = one.executor.launch({
        ...options,
        root,
        command: ['/no/such/program'],
        output,
      })
      assert.notDeepEqual(await missing.exited, { type: 'exited', code: 0 })
      assert.match(said, /\/no\/such\/program/)
      const rootless = one.executor.launch({
        ...options,
        root: '/no/such/root',
        command: ['/bin/true'],
        output,
      })
      const exit = await rootless.exited
      assert.match(exit.type === 'failed' ? exit.error : '', /no\/such\/root/)
    },
  )

  withHost('a workload dies with its agent, however that dies', async (one, t) => {
    const mark = `36${process.pid}${name === 'crun' ? 1 : 2}`
    const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href)
    const file = join(folder, `${name}.ts`)
    await writeFile(
      file,
      `import { probeHost } from ${here('./probe.ts')}
       import { limitsFor } from ${here('./limits.ts')}
       const folder = ${JSON.stringify(join(folder, `${name}-agent`))}
       const host = await probeHost({ path: process.env.PATH, uid: ${uid}, folder, executor: '${name}' })
       const sandbox = host.executor.launch({
         name: 'dies-${mark}', root: ${JSON.stringify(root)}, uid: ${uid}, hostname: 'web',
         command: ['/bin/sh', '-c', '(setsid sleep ${mark} &); sleep ${mark}'],
         env: { PATH: '/usr/bin:/bin' }, limits: limitsFor({ cpu: 500, memory: 64, storage: 8 }), output() {},
       })
       await sandbox.started
       console.log('started')`,
    )
    const agent = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(() => agent.kill('SIGKILL'))
    await once(agent.stdout, 'data')
    await until(() => processesWith(`sleep\0${mark}`).length === 2)
    agent.kill('SIGKILL')
    await until(() => processesWith(mark).length === 0)
    // What the killed one left of its group the next one clears, once the kernel has let go of it.
    await until(() => {
      one.cgroups?.clear(`dies-${mark}`)
      return groupsOf(one.cgroups, `dies-${mark}`).length === 0
    })
  })
}
