import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { launchSandbox, type BubblewrapOptions } from './bubblewrap.ts'
import { findCgroups } from './cgroup.ts'
import { groupsOf } from './escape-tools.fixture.ts'
import { closeInheritedFiles } from './leftovers.ts'
import { limitsFor, type Limits } from './limits.ts'
import { findTools, type SandboxTools } from './tools.ts'
import { workloadUid } from './workload-uid.ts'

closeInheritedFiles()

const tools = findTools(process.env['PATH'] ?? '') as SandboxTools
const isRoot = process.getuid?.() === 0
const LIMITS: Limits = limitsFor({ cpu: 500, memory: 64, storage: 8 })

function launch(script: string, over: Partial<BubblewrapOptions> = {}) {
  let output = ''
  const sandbox = launchSandbox({
    tools,
    // The host's own programs are enough to look around with.
    root: '/',
    uid: isRoot ? workloadUid('test', process.pid, 'sandbox') : undefined,
    hostname: 'web',
    command: ['/bin/sh', '-c', script],
    env: { PATH: '/usr/bin:/bin' },
    limits: LIMITS,
    output: (chunk) => (output += Buffer.from(chunk).toString()),
    ...over,
  })
  return { sandbox, output: () => output }
}

async function run(script: string, over: Partial<BubblewrapOptions> = {}) {
  const { sandbox, output } = launch(script, over)
  const exit = await sandbox.exited
  return { exit, output: output().trim() }
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setImmediate(resolve))
}

test('the exit code of the program is kept, and so is the signal that killed it', async () => {
  assert.deepEqual((await run('exit 3')).exit, { type: 'exited', code: 3 })
  assert.deepEqual((await run('exit 0')).exit, { type: 'exited', code: 0 })
  const killed = await run('sh -c "kill -9 \\$\\$"; exit $?')
  assert.deepEqual(killed.exit, { type: 'exited', code: 137 })
})

test('the environment is exactly what was asked for, and the command line shows no host path', async () => {
  const { output } = await run(
    'tr "\\0" "\\n" < /proc/1/environ; echo; tr "\\0" " " < /proc/1/cmdline',
    {
      root: '/',
      env: { A: 'x y', B: '$(id)' },
    },
  )
  const lines = output.split('\n').filter(Boolean)
  assert.deepEqual(
    lines.slice(0, -1).sort(),
    ['A=x y', 'B=$(id)', 'PWD=/'].slice(0, lines.length - 1),
  )
  assert.match(lines.at(-1) ?? '', /^\/bin\/sh -c /)
})

test('the program has no capabilities, can gain none, and runs under the filter', async () => {
  const { output } = await run('cat /proc/self/status')
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
    assert.match(output, new RegExp(`^${set}:\\s+0+$`, 'm'))
  }
  assert.match(output, /^NoNewPrivs:\s+1$/m)
  assert.match(output, /^Seccomp:\s+2$/m)
  assert.match(output, /^Uid:\s+65534\s/m)
})

test('the program sees itself and what it starts, and no other process', async () => {
  const { output } = await run('echo $$; ls /proc | grep -c "^[0-9]"')
  assert.deepEqual(output.split('\n')[0], '1')
  assert.ok(Number(output.split('\n')[1]) <= 4, output)
})

test('on the host a workload is neither root nor, under a root agent, anyone else', async () => {
  const { sandbox } = launch('sleep 60')
  const pid = (await sandbox.started)?.pid
  const uid = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  await sandbox.stop(0)
  const expected = isRoot ? workloadUid('test', process.pid, 'sandbox') : process.getuid?.()
  assert.equal(Number(uid), expected)
})

test('the host is not in reach: no interface but a dead loopback, no socket beyond it', async (t) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const interfaces = await run('tail -n +3 /proc/net/dev | cut -d: -f1')
  assert.equal(interfaces.output, 'lo')
  const reach = await run(`exec 3<>/dev/tcp/127.0.0.1/${port}`, {
    command: ['/bin/bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/${port} && echo reached`],
  })
  assert.doesNotMatch(reach.output, /^reached/m)
  assert.match(reach.output, /refused|unreachable/)
})

test('nothing can be written but /tmp and /dev/shm, and these only so far', async () => {
  const { output } = await run(
    'for d in / /etc /proc /dev /usr /var/tmp; do echo x > $d/probe && echo "wrote $d"; done; ' +
      'echo x > /tmp/probe && echo "wrote /tmp"; echo x > /dev/shm/probe && echo "wrote /dev/shm"',
  )
  assert.deepEqual(output.match(/^wrote .*$/gm), ['wrote /tmp', 'wrote /dev/shm'])
  for (const folder of ['/tmp', '/dev/shm']) {
    const filled = await run(
      `for i in 1 2 3 4 5 6 7 8 9 10; do head -c 2000000 /dev/zero > ${folder}/$i || exit 9; done`,
    )
    assert.deepEqual(filled.exit, { type: 'exited', code: 9 }, folder)
    assert.match(filled.output, /No space left on device/)
  }
})

test('a file larger than the limit, more memory or more open files than the limit are refused', async () => {
  const file = await run('trap "" XFSZ; head -c 2000000 /dev/zero > /tmp/big && echo wrote', {
    limits: { ...LIMITS, fileBytes: 1_000_000 },
  })
  assert.match(file.output, /File too large/)
  const memory = await run('head -c 80000000 /dev/zero | tail -c 70000000 | wc -c')
  assert.doesNotMatch(memory.output, /^70000000$/m)
  assert.equal((await run('ulimit -n; ulimit -c')).output, '1024\n0')
})

test('processes are counted for the workload alone, and no more than its limit are started', async () => {
  const { output } = await run(
    'i=0; while [ $i -lt 60 ]; do sleep 5 & i=$((i+1)); done; echo all',
    { limits: { ...LIMITS, processes: 40 } },
  )
  assert.doesNotMatch(output, /^all$/m)
  assert.match(output, /Cannot fork|Resource temporarily unavailable/)
  const few = await run('i=0; while [ $i -lt 20 ]; do sleep 0 & i=$((i+1)); done; wait; echo all', {
    limits: { ...LIMITS, processes: 40 },
  })
  assert.equal(few.output, 'all')
})

test('no further namespace, mount or trace can be made', async () => {
  const script =
    'unshare -U true && echo unshared; unshare -m true && echo unshared; mount -t tmpfs x /tmp && echo mounted'
  const { output } = await run(`${script}; exit 0`)
  assert.doesNotMatch(output, /^(unshared|mounted)$/m)
  assert.match(output, /Operation not permitted/)
})

test('none of the pipes that the sandbox was set up with reaches the program', async () => {
  const { output } = await run('ls /proc/self/fd')
  assert.deepEqual(
    output.split('\n').sort(),
    ['0', '1', '2', '3'],
    'the last is the listing itself',
  )
})

test('a program that is not in the image ends as a failure that names it', async () => {
  const { exit, output } = await run('', { command: ['/no/such/program'] })
  assert.notDeepEqual(exit, { type: 'exited', code: 0 })
  assert.match(output, /\/no\/such\/program: No such file/)
})

test('a root that is not there runs nothing', async () => {
  const { exit } = await run('echo ran', { root: '/no/such/root' })
  assert.equal(exit.type, 'failed')
  assert.match(exit.type === 'failed' ? exit.error : '', /no\/such\/root/)
})

test('a program that handles SIGTERM may end in its own time, one that does not is ended at once', async () => {
  const polite = launch('trap "echo bye; exit 7" TERM; echo up; while :; do sleep 0.02; done')
  await polite.sandbox.started
  await until(() => polite.output().includes('up'))
  assert.deepEqual(await polite.sandbox.stop(30_000), { type: 'exited', code: 7 })
  assert.equal(polite.output(), 'up\nbye\n')

  const deaf = launch('echo up; while :; do sleep 0.02; done')
  await until(() => deaf.output().includes('up'))
  assert.deepEqual(await deaf.sandbox.stop(2 ** 31 - 1), { type: 'exited', code: 137 })

  const stubborn = launch('trap "" TERM; trap : TERM; echo up; while :; do sleep 0.02; done')
  await until(() => stubborn.output().includes('up'))
  assert.deepEqual(await stubborn.sandbox.stop(50), { type: 'exited', code: 137 })
})

test('a sandbox that is stopped before its program runs ends too', async () => {
  const { sandbox } = launch('sleep 60')
  await sandbox.stop(30_000)
})

test('what a program leaves behind when it ends is gone with it', async () => {
  const { sandbox } = launch('sleep 3599 & sleep 3598 & exit 0')
  await sandbox.exited
  assert.deepEqual(processesWith('sleep\x003599'), [])
})

test('the totals of a workload are held where the host has control groups', async (t) => {
  const cgroups = findCgroups()
  if (!cgroups) return t.diagnostic('this host gives no control groups to this user')
  const prefix = `test-${process.pid}.`
  // Each part stays within the limit of one process; three of them are beyond the total.
  const part = 'head -c 40000000 /dev/zero | tail -c 35000000'
  const parts = `for i in 1 2 3; do (${part} | (sleep 1; wc -c)) & done; wait`
  const bounded = await run(parts, { cgroup: cgroups.create(`${prefix}memory`, LIMITS) })
  const unbounded = await run(parts)
  const whole = ({ output }: { output: string }) => output.match(/^35000000$/gm)?.length ?? 0
  assert.equal(whole(unbounded), 3)
  assert.ok(whole(bounded) < 3, bounded.output)

  const { sandbox } = launch('sleep 60', { cgroup: cgroups.create(`${prefix}place`, LIMITS) })
  const groups = readFileSync(`/proc/${(await sandbox.started)?.pid}/cgroup`, 'utf8')
  assert.match(groups, new RegExp(`/covenant/${prefix}place$`, 'm'))
  await sandbox.stop(0)

  cgroups.create(`${prefix}left`, LIMITS)
  const left = new Set(groupsOf(cgroups, prefix))
  assert.deepEqual(left, new Set([`${prefix}left`]), 'the others are gone')
  cgroups.clear(prefix)
  assert.deepEqual(groupsOf(cgroups, prefix), [])
})

test('a workload dies with its agent, however that dies', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'agent-'))
  t.after(() => rm(folder, { recursive: true }))
  const marker = `36${process.pid}`
  const file = join(folder, 'agent.ts')
  const here = (name: string) => JSON.stringify(new URL(name, import.meta.url).href)
  await writeFile(
    file,
    `import { launchSandbox } from ${here('./bubblewrap.ts')}
     const options = ${JSON.stringify({
       tools,
       root: '/',
       uid: isRoot ? workloadUid('test', process.pid, 'dies') : undefined,
       hostname: 'web',
       command: ['/bin/sh', '-c', `sleep ${marker} & exec sleep ${marker}`],
       env: { PATH: '/usr/bin:/bin' },
       limits: LIMITS,
     })}
     const sandbox = launchSandbox({ ...options, output() {} })
     console.log((await sandbox.started)?.pid)`,
  )
  const { spawn } = await import('node:child_process')
  const agent = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => agent.stdout.once('data', resolve))
  await until(() => processesWith(`sleep\0${marker}`).length === 2)
  agent.kill('SIGKILL')
  await until(() => processesWith(marker).length === 0)
})

/** Processes of the host, zombies apart, whose command line holds `text`. */
function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text)
      } catch {
        return false
      }
    })
}
