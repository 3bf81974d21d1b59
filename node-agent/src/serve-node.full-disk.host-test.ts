/** An agent whose folder is on a disk that fills up: a small one of its own, which takes root to mount. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { FOREVER, isAlive, setUp, until } from './serve-node.fixture.ts'

const DISK = '48m'

/** All that the test makes lies on a disk of this size; `fill` leaves no byte of it, `free` gives it back. */
function onSmallDisk() {
  const before = process.env['TMPDIR']
  const disk = mkdtempSync(join(tmpdir(), 'disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk])
  process.env['TMPDIR'] = disk
  const ballast = join(disk, 'ballast')
  const release = () => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
    execFileSync('umount', ['--lazy', disk])
    rmdirSync(disk)
  }
  const fill = () => {
    const fd = openSync(ballast, 'w')
    try {
      for (const size of [1024 * 1024, 4096]) {
        for (;;) if (tryWrite(fd, size) < size) break
      }
    } finally {
      closeSync(fd)
    }
  }
  return { release, fill, free: () => rmSync(ballast) }
}

function tryWrite(fd: number, size: number): number {
  try {
    return writeSync(fd, Buffer.alloc(size))
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
    return 0
  }
}

test('on a full disk what runs goes on and nothing is accepted; with room again the agent goes on by itself', async (t) => {
  const disk = onSmallDisk()
  const { chain, startAgent, shell } = await setUp(t)
  // After the agent's own end, which is declared before it.
  t.after(disk.release)
  const agent = await startAgent()
  const first = chain.offer(shell(FOREVER))
  await until('it runs', () => agent.service(first)?.state === 'running')
  const pid = agent.service(first)?.pid

  disk.fill()
  const second = chain.offer(shell(`${FOREVER}; exit 1`))
  await until('it says why', () => agent.contract(second)?.detail?.includes('no space left'))
  assert.equal(chain.placed.get(second)?.state, 'Offered', 'neither accepted nor declined')
  assert.ok(isAlive(pid))

  disk.free()
  await until('it runs too', () => agent.service(second)?.state === 'running')
  assert.equal(agent.service(first)?.pid, pid)
})
