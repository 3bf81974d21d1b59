import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { FolderLocked, lockFolder } from './folder-lock.ts'

const scratch = mkdtempSync(join(tmpdir(), 'covenant-lock-'))
after(() => rmSync(scratch, { recursive: true }))

/** A process that takes the lock, says so, and stays. */
async function holder(folder: string) {
  const program = `
    const { lockFolder } = await import(${JSON.stringify(import.meta.resolve('./folder-lock.ts'))})
    lockFolder(${JSON.stringify(folder)})
    console.log('locked')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

test('a folder has one living holder, and the refusal names it', async () => {
  const folder = join(scratch, 'one')
  const child = await holder(folder)
  assert.throws(
    () => lockFolder(folder),
    (error) => error instanceof FolderLocked && error.pid === child.pid,
  )
  child.kill('SIGKILL')
  await once(child, 'exit')
})

test('the lock of a killed process is taken over, and a release leaves no file', async () => {
  const folder = join(scratch, 'two')
  const child = await holder(folder)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const release = lockFolder(folder)
  assert.ok(existsSync(join(folder, 'lock')))
  release()
  assert.ok(!existsSync(join(folder, 'lock')))
})
