import assert from 'node:assert/strict'
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { ServiceMessage } from '@covenant/service'
import { FolderLocked } from '@covenant/service/folder-lock'
import { identifyProcess, isAlive } from '@covenant/service/process-identity'
import { openDatabase } from '../db.ts'
import { startPostgres } from './start.ts'

// Mode 0700 from here down: mkdtemp makes it so, and it is where root's clone may well be.
const scratch = mkdtempSync(join(tmpdir(), 'covenant-pg-test-'))
after(() => rmSync(scratch, { recursive: true }))
// Making a cluster takes a second: tests that need no fresh one work on this.
const shared = join(scratch, 'postgres')

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const db = openDatabase(url, { connections: 1 })
  try {
    return (await db.pool.query<Record<string, unknown>>(sql)).rows
  } finally {
    await db.close()
  }
}

/** Runs main.ts as the supervisor does, over IPC, and waits until it is ready. */
async function forkMain(dir: string, env: NodeJS.ProcessEnv = process.env) {
  const child = fork(join(import.meta.dirname, 'main.ts'), ['--data', dir], {
    env,
    stdio: 'ignore',
  })
  const [message] = (await once(child, 'message')) as [ServiceMessage]
  assert.ok(message.type === 'ready', JSON.stringify(message))
  const pid = Number(readFileSync(join(dir, 'data/postmaster.pid'), 'utf8').split('\n')[0])
  return { child, url: message.facts['url'] as string, postmaster: identifyProcess(pid)! }
}

async function untilGone(process: { pid: number; startTime: string }) {
  while (isAlive(process)) await wait(10)
}

test('it answers on a private Unix socket and nowhere else, and writes durably', async () => {
  const dir = shared
  const postgres = await startPostgres({ dir })
  const settings = await query(
    postgres.url,
    `SELECT name, setting FROM pg_settings WHERE name IN
      ('listen_addresses', 'fsync', 'synchronous_commit', 'full_page_writes', 'server_encoding', 'TimeZone')`,
  )
  assert.deepEqual(Object.fromEntries(settings.map(({ name, setting }) => [name, setting])), {
    listen_addresses: '',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    server_encoding: 'UTF8',
    TimeZone: 'UTC',
  })
  const sockets = new URL(postgres.url).searchParams.get('host')!
  for (const folder of [dir, join(dir, 'data'), sockets]) {
    assert.equal(statSync(folder).mode & 0o777, 0o700, folder)
  }
  await postgres.stop()
  await postgres.ended
})

test('a restart has the same url and all that was written', async () => {
  const dir = shared
  const first = await startPostgres({ dir })
  await query(first.url, 'CREATE TABLE kept_1 AS SELECT 7 AS n')
  await first.stop()
  const second = await startPostgres({ dir })
  assert.equal(second.url, first.url)
  assert.deepEqual(await query(second.url, 'SELECT n FROM kept_1'), [{ n: 7 }])
  await second.stop()
  assert.ok(!existsSync(join(dir, 'lock')))
  assert.ok(!existsSync(join(dir, 'data/postmaster.pid')))
})

test('in a folder too deep for a socket, the socket lies in a private folder elsewhere, which goes away', async () => {
  const dir = join(join(scratch, 'one'), 'deep'.repeat(20), 'er'.repeat(40))
  mkdirSync(dir, { recursive: true })
  const postgres = await startPostgres({ dir })
  const sockets = new URL(postgres.url).searchParams.get('host')!
  assert.ok(!sockets.startsWith(dir))
  assert.equal(statSync(sockets).mode & 0o777, 0o700)
  assert.deepEqual(await query(postgres.url, 'SELECT 1 AS n'), [{ n: 1 }])

  // Killed, the folder stays for the next start, which answers at the same url.
  process.kill(postgres.pid, 'SIGKILL')
  await assert.rejects(postgres.ended, /PostgreSQL ended with SIGKILL/)
  writeFileSync(join(dir, 'socket-folder'), sockets)
  mkdirSync(sockets, { mode: 0o700 })
  const next = await startPostgres({ dir })
  assert.equal(next.url, postgres.url)
  await next.stop()
  assert.ok(!existsSync(sockets))
})

test('a folder that others can enter is not used for the socket', async () => {
  const dir = join(join(scratch, 'two'), 'deep'.repeat(20), 'er'.repeat(40))
  const open = join(scratch, 'open')
  mkdirSync(dir, { recursive: true })
  mkdirSync(open, { mode: 0o755 })
  writeFileSync(join(dir, 'socket-folder'), open)
  const postgres = await startPostgres({ dir })
  assert.notEqual(new URL(postgres.url).searchParams.get('host'), open)
  await postgres.stop()
})

test('one folder has one PostgreSQL at a time', async () => {
  const dir = shared
  const postgres = await startPostgres({ dir })
  await assert.rejects(startPostgres({ dir }), FolderLocked)
  assert.deepEqual(await query(postgres.url, 'SELECT 1 AS n'), [{ n: 1 }])
  await postgres.stop()
})

test('after a SIGKILL of PostgreSQL, its end is told and the next start has what was committed', async () => {
  const dir = shared
  const first = await startPostgres({ dir })
  await query(first.url, 'CREATE TABLE kept_5 AS SELECT 7 AS n')
  process.kill(first.pid, 'SIGKILL')
  await assert.rejects(first.ended, /PostgreSQL ended with SIGKILL/)
  const second = await startPostgres({ dir })
  assert.deepEqual(await query(second.url, 'SELECT n FROM kept_5'), [{ n: 7 }])
  await second.stop()
})

test('a PostgreSQL whose parent is gone is ended by the next start', async () => {
  const dir = shared
  const first = await startPostgres({ dir })
  await query(first.url, 'CREATE TABLE kept_6 AS SELECT 7 AS n')
  rmSync(join(dir, 'lock'))
  const second = await startPostgres({ dir })
  await assert.rejects(first.ended, /PostgreSQL ended with 0/)
  assert.deepEqual(await query(second.url, 'SELECT n FROM kept_6'), [{ n: 7 }])
  await second.stop()
})

test('a pid file that names another program stops nobody and kills nobody, wherever that works', async () => {
  const dir = shared
  const data = join(dir, 'data')
  const first = await startPostgres({ dir })
  const pidFile = join(data, 'postmaster.pid')
  const [, ...rest] = readFileSync(pidFile, 'utf8').split('\n')
  await first.stop()
  const other = spawn('sleep', ['1000'], { cwd: data, stdio: 'ignore' })
  writeFileSync(pidFile, [other.pid, ...rest].join('\n'))
  const second = await startPostgres({ dir })
  assert.deepEqual(await query(second.url, 'SELECT 1 AS n'), [{ n: 1 }])
  assert.ok(identifyProcess(other.pid!))
  other.kill()
  await second.stop()
})

test('it has a process group of its own, so that Ctrl-C in a terminal is left to its parent', async () => {
  const postgres = await startPostgres({ dir: shared })
  const stat = readFileSync(`/proc/${postgres.pid}/stat`, 'utf8')
  // proc(5): after the name in brackets come the state, the parent and the process group.
  const [, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  assert.equal(Number(group), postgres.pid)
  await postgres.stop()
})

test('a first start that was cut off is begun anew', async () => {
  const dir = join(scratch, 'cut-off')
  mkdirSync(join(dir, 'data.new/base'), { recursive: true })
  writeFileSync(join(dir, 'data.new/PG_VERSION'), '18')
  const postgres = await startPostgres({ dir })
  await postgres.stop()
  assert.ok(!existsSync(join(dir, 'data.new')))
})

test('a start that is called off leaves nothing behind', async () => {
  const dir = shared
  await assert.rejects(startPostgres({ dir, signal: AbortSignal.abort() }), { name: 'AbortError' })
  assert.ok(!existsSync(join(dir, 'lock')))
  const postgres = await startPostgres({ dir })
  await postgres.stop()
})

test('data that PostgreSQL refuses ends in an error with its words', async () => {
  const dir = join(scratch, 'refused')
  await (await startPostgres({ dir })).stop()
  writeFileSync(join(dir, 'data/PG_VERSION'), '17\n')
  await assert.rejects(startPostgres({ dir }), /PostgreSQL ended with 1: .*FATAL.*version/)
  assert.ok(!existsSync(join(dir, 'lock')))
})

for (const end of ['SIGTERM', 'SIGINT', 'disconnect'] as const) {
  test(`the process ends PostgreSQL in order on ${end}`, async () => {
    const { child, postmaster } = await forkMain(shared)
    if (end === 'disconnect') child.disconnect()
    else child.kill(end)
    assert.deepEqual(await once(child, 'exit'), [0, null])
    assert.ok(!isAlive(postmaster))
  })
}

test('when the process is killed, PostgreSQL ends by itself and the next one has what was committed', async () => {
  const dir = shared
  const { child, url, postmaster } = await forkMain(dir)
  await query(url, 'CREATE TABLE kept_11 AS SELECT 7 AS n')
  child.kill('SIGKILL')
  await untilGone(postmaster)
  const next = await startPostgres({ dir })
  assert.equal(next.url, url)
  assert.deepEqual(await query(url, 'SELECT n FROM kept_11'), [{ n: 7 }])
  await next.stop()
})

test('the process ends with an error when PostgreSQL does', async () => {
  const { child, postmaster } = await forkMain(shared)
  process.kill(postmaster.pid, 'SIGKILL')
  assert.deepEqual(await once(child, 'exit'), [1, null])
})

if (process.geteuid?.() === 0) {
  test('root without user namespaces runs it as another account, on the same data and in folders of mode 0700', async () => {
    const dir = shared
    const withNamespace = await startPostgres({ dir })
    await query(withNamespace.url, 'CREATE TABLE kept_12 AS SELECT 7 AS n')
    await withNamespace.stop()
    assert.equal(statSync(join(dir, 'data')).uid, 0)

    const fakes = join(scratch, 'bin')
    mkdirSync(fakes)
    writeFileSync(join(fakes, 'unshare'), '#!/bin/sh\necho refused >&2\nexit 1\n', { mode: 0o755 })
    const path = [fakes, dirname(process.execPath), process.env['PATH']].join(':')
    const { child, url, postmaster } = await forkMain(dir, { ...process.env, PATH: path })
    assert.deepEqual(await query(url, 'SELECT n FROM kept_12'), [{ n: 7 }])
    const status = readFileSync(`/proc/${postmaster.pid}/status`, 'utf8')
    assert.match(status, /^Uid:\t65534\t65534\t65534\t65534$/m)

    child.kill('SIGKILL')
    await untilGone(postmaster)
    const again = await startPostgres({ dir })
    assert.deepEqual(await query(again.url, 'SELECT n FROM kept_12'), [{ n: 7 }])
    await again.stop()
  })
}
