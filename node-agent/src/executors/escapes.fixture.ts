/** What a workload may try, one test each, for every executor: each is run from inside. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openLogFile } from '../state/log-file.ts'
import type { Sandbox } from './executor.ts'
import {
  addressBytes,
  callOnHost,
  layOutRoot,
  libraryFolders,
  listFiles,
  processesWith,
  startSleeper,
  until,
} from './escape-tools.fixture.ts'
import { limitsFor, type Limits } from './limits.ts'
import { CALLS, FIRST_RESULT, syscallProgram, type Syscall } from './syscall-program.fixture.ts'

/** What the executor is given for one try. */
export type Attempt = {
  root: string
  command: readonly string[]
  env: Record<string, string>
  limits: Limits
  output: (chunk: Uint8Array) => void
}

export type EscapeOptions = {
  /** The executor's name. */
  name: string
  launch: (attempt: Attempt) => Sandbox
  /** Whether this host bounds the memory of all processes of a workload together. */
  hasTotals: boolean
}

const KILLED = 128 + 9
const EPERM = 1
const ESRCH = 3
const ENOMEM = 12
const ENOSYS = 38
const EAFNOSUPPORT = 97
const ECONNREFUSED = 111
const ENETUNREACH = 101

const MIB = 1024 * 1024
const LIMITS = { ...limitsFor({ cpu: 500, memory: 64, storage: 8 }), processes: 40 }
const text = (value: string) => Buffer.from(`${value}\0`)

/** Declares the tests for one executor. */
export function testEscapes({ name, launch, hasTotals }: EscapeOptions): void {
  const setUp = async (t: TestContext) => {
    const folder = await mkdtemp(join(tmpdir(), 'escape-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const root = join(folder, 'root')
    await layOutRoot(root)

    const begin = (command: readonly string[], output?: (chunk: Uint8Array) => void) => {
      let said = ''
      const sandbox = launch({
        ...{ root, command, limits: LIMITS, env: { PATH: '/usr/bin:/bin' } },
        output: output ?? ((chunk) => (said += Buffer.from(chunk).toString())),
      })
      return { sandbox, said: () => said }
    }
    /** Runs a script to its end; what it printed. */
    const shell = async (script: string) => {
      const { sandbox, said } = begin(['/bin/sh', '-c', script])
      const exit = await sandbox.exited
      assert.equal(exit.type, 'exited', JSON.stringify(exit))
      return said()
    }
    /** Makes system calls; the errno of the first that failed, 0 if none did, 128 + N if killed. */
    const call = async (...calls: Syscall[]) => {
      const program = join(root, 'bin', 'calls')
      await writeFile(program, syscallProgram(calls), { mode: 0o755 })
      const { sandbox, said } = begin(['/bin/calls'])
      const exit = await sandbox.exited
      assert.ok(exit.type === 'exited', JSON.stringify(exit))
      assert.equal(said(), '')
      return exit.code
    }
    return { folder, root, begin, shell, call }
  }
  type Setting = Awaited<ReturnType<typeof setUp>>
  const escape = (what: string, body: (setting: Setting) => Promise<void>): void => {
    void test(`${name}: ${what}`, async (t) => body(await setUp(t)))
  }

  escape('the files of the host are not to be found', async ({ folder, shell }) => {
    const secret = join(folder, 'secret')
    await writeFile(secret, 'only the host knows')
    await chmod(secret, 0o644)
    const ways = [secret, `/proc/1/root${secret}`, `/proc/self/cwd/../../..${secret}`]
    const said = await shell(
      `for f in ${ways.join(' ')} /etc/passwd ../../etc/passwd /proc/self/fd/*/etc/passwd; do
         cat $f && echo "read $f"
       done; ls /; ls /etc`,
    )
    assert.doesNotMatch(said, /only the host knows|^root:|^read /m)
    const expected = ['bin', 'dev', 'etc', 'proc', 'tmp', 'usr', ...libraryFolders(), 'marker']
    const listed = said.split('\n').filter((line) => line !== '' && !line.includes(':'))
    assert.deepEqual(listed.sort(), expected.sort())
  })

  escape('the processes of the host are neither seen nor signalled', async ({ shell, call }) => {
    const sleeper = await startSleeper()
    const said = await shell('cat /proc/[0-9]*/cmdline | tr "\\0" " "; ls -d /proc/[0-9]*')
    assert.doesNotMatch(said, new RegExp(`sleep ${sleeper.mark}`))
    assert.doesNotMatch(said, new RegExp(`/proc/${sleeper.pid}$`, 'm'))
    assert.equal(await call([CALLS.kill, sleeper.pid, 9]), ESRCH)
    assert.ok(sleeper.end(), 'it was there until now')
  })

  escape('the agent and what runs beside it survive every signal', async ({ call, begin }) => {
    const sleeper = await startSleeper()
    // -1 is everyone that may be signalled: here nobody but the workload itself.
    await call([CALLS.kill, -1, 9])
    assert.equal(await call([CALLS.kill, process.pid, 9]), ESRCH)
    const { sandbox } = begin(['/bin/sh', '-c', 'kill -9 -1; kill -9 $PPID; exit 5'])
    assert.equal((await sandbox.exited).type, 'exited')
    assert.ok(sleeper.end(), 'it was there until now')
  })

  escape(
    "the host's loopback and its sockets without a file are out of reach",
    async ({ call }) => {
      const addresses = [{ host: '127.0.0.1', port: 0 }, { path: `\0escape-${process.pid}` }]
      for (const address of addresses) {
        const server = createServer((socket) => socket.destroy())
        await new Promise<void>((resolve) => server.listen(address, resolve))
        const socketAddress = addressBytes(server.address() as AddressInfo | string)
        const connect: Syscall[] = [
          [CALLS.socket, socketAddress.readUInt16LE(0), 1, 0],
          [CALLS.connect, FIRST_RESULT, socketAddress, socketAddress.length],
        ]
        assert.equal(await callOnHost(connect), 0, 'the host itself reaches it')
        const answer = await call(...connect)
        assert.ok([ECONNREFUSED, ENETUNREACH].includes(answer), String(answer))
        server.close()
      }
    },
  )

  escape(
    'a raw socket, one for packets or one to the hypervisor cannot be had',
    async ({ call }) => {
      assert.equal(await call([CALLS.socket, 2, 3, 1]), EPERM, 'raw')
      assert.equal(await call([CALLS.socket, 17, 3, 0x0300]), EAFNOSUPPORT, 'packet')
      assert.equal(await call([CALLS.socket, 40, 1, 0]), EAFNOSUPPORT, 'vsock')
    },
  )

  escape('nothing can be mounted, unmounted or made the root', async ({ call }) => {
    const tmpfs = text('tmpfs')
    assert.equal(await call([CALLS.mount, tmpfs, text('/tmp'), tmpfs, 0, 0]), EPERM)
    const remount = 0x20
    assert.equal(await call([CALLS.mount, text('x'), text('/'), text('x'), remount, 0]), EPERM)
    assert.equal(await call([CALLS.umount2, text('/tmp'), 2]), EPERM)
    assert.equal(await call([CALLS.chroot, text('/tmp')]), EPERM)
  })

  escape('no further namespace can be made or entered', async ({ call }) => {
    const newUser = 0x1000_0000
    assert.equal(await call([CALLS.unshare, newUser]), EPERM)
    assert.equal(await call([CALLS.clone, newUser | 17, 0, 0, 0, 0]), EPERM)
    assert.equal(await call([CALLS.clone3, new Uint8Array(88), 88]), ENOSYS)
    assert.equal(await call([CALLS.setns, 0, 0]), EPERM)
  })

  escape('no process can be traced or read', async ({ call }) => {
    const attach = 16
    assert.equal(await call([CALLS.ptrace, 0, 0, 0, 0]), EPERM, 'trace me')
    assert.equal(await call([CALLS.ptrace, attach, 1, 0, 0]), EPERM)
    assert.equal(await call([CALLS.process_vm_readv, 1, 0, 0, 0, 0, 0]), EPERM)
  })

  escape("the kernel's keys are out of reach", async ({ call }) => {
    const sessionKeyring = -3
    assert.equal(await call([CALLS.keyctl, 0, sessionKeyring, 1]), EPERM)
  })

  escape('io_uring does not pass the filter', async ({ call }) => {
    assert.equal(await call([CALLS.io_uring_setup, 1, new Uint8Array(120)]), EPERM)
  })

  escape('the image cannot be changed by what runs from it', async ({ root, shell }) => {
    const before = listFiles(root)
    const said = await shell(
      `for f in /etc/marker /proc/self/root/etc/marker /bin/sh /etc/new /new; do
         (echo changed > $f) && echo "wrote $f"; (chmod 777 $f) && echo "wrote $f"
         (rm -f $f) && echo "wrote $f"
       done; exit 0`,
    )
    // "rm -f" of what is not there succeeds and changes nothing.
    assert.deepEqual(said.match(/^wrote .*$/gm), ['wrote /etc/new', 'wrote /new'], said)
    assert.deepEqual(listFiles(root), before)
    assert.equal(await readFile(join(root, 'etc/marker'), 'utf8'), 'as it was packed')
  })

  escape('a fork bomb fills its own share and no more', async ({ begin }) => {
    const mark = `bomb-${process.pid}`
    const { sandbox, said } = begin([
      '/bin/sh',
      '-c',
      `: ${mark}; f() { f & f & wait; }; while :; do f; done`,
    ])
    let most = 0
    await until(() => {
      most = Math.max(most, processesWith(mark).length)
      return /fork/.test(said())
    })
    // The stages around the program carry its command line too.
    assert.ok(most <= LIMITS.processes + 5, String(most))
    assert.equal(spawnSync('true').status, 0, 'the host goes on')
    await sandbox.stop(0)
    assert.deepEqual(processesWith(mark), [])
  })

  escape('a memory bomb ends itself', async ({ call }) => {
    const readWrite = 3
    const [shared, isPrivate, populatedAnonymous] = [1, 2, 0x8020]
    const take = (kind: number): Syscall => [
      CALLS.mmap,
      ...[0, 200 * MIB, readWrite, kind | populatedAnonymous, -1, 0],
    ]
    const beyond = await call(take(isPrivate))
    // Refused as beyond what one process may have, or ended as beyond what all of them may.
    assert.ok([ENOMEM, ...(hasTotals ? [KILLED] : [])].includes(beyond), String(beyond))
    // Shared memory is no process's own: only a total holds it.
    assert.equal(await call(take(shared)), hasTotals ? KILLED : 0)
  })

  escape('memory taken by many processes is bounded where totals are', async ({ shell }) => {
    // Each part stays within the limit of one process; three of them are beyond the total.
    const part = 'head -c 40000000 /dev/zero | tail -c 35000000'
    const said = await shell(`for i in 1 2 3; do (${part} | (sleep 1; wc -c)) & done; wait; exit 0`)
    const whole = said.match(/^35000000$/gm)?.length ?? 0
    if (hasTotals) assert.ok(whole < 3, said)
    else assert.equal(whole, 3, said)
  })

  escape('a disk bomb fills the folders in memory that it was given', async ({ shell }) => {
    for (const [folder, bytes] of [
      ['/tmp', LIMITS.tmpBytes],
      ['/dev/shm', LIMITS.shmBytes],
    ] as const) {
      const said = await shell(
        `i=0; while head -c 1000000 /dev/zero > ${folder}/$i; do i=$((i+1)); done
         cat ${folder}/* | wc -c`,
      )
      assert.match(said, /No space left on device/)
      const written = Number(said.trim().split('\n').at(-1))
      assert.ok(written > bytes / 2 && written <= bytes, `${folder}: ${written} of ${bytes}`)
    }
  })

  escape('a flood of output leaves no more than two short files', async ({ folder, begin }) => {
    const file = join(folder, 'logs', 'main.log')
    const log = openLogFile(file, { maxBytes: MIB })
    const { sandbox } = begin(
      ['/bin/sh', '-c', 'head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2; exit 7'],
      log.write,
    )
    assert.deepEqual(await sandbox.exited, { type: 'exited', code: 7 })
    log.close()
    assert.deepEqual((await readdir(join(folder, 'logs'))).sort(), ['main.log', 'main.log.1'])
    for (const path of [file, `${file}.1`]) assert.ok(statSync(path).size <= MIB, path)
  })

  escape(
    'nothing outlives its stop, whatever it ignores and however it hides',
    async ({ begin }) => {
      const mark = `37${process.pid}`
      const hide = `trap "" HUP INT TERM QUIT; (setsid sleep ${mark} &) ; sleep ${mark}`
      const { sandbox, said } = begin([
        '/bin/sh',
        '-c',
        `setsid sh -c '${hide}' & (setsid sh -c '${hide}' &); trap "" TERM; echo up; while :; do sleep 1; done`,
      ])
      await until(() => said().includes('up') && processesWith(`sleep\0${mark}`).length === 4)
      await sandbox.stop(0)
      assert.deepEqual(processesWith(mark), [])
    },
  )
}
