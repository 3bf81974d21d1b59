import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { processesOf, processesWithParent } from './processes.ts'

test('what a process has started is found, and the same by going through all processes', async (t) => {
  const child = spawn('/bin/sh', ['-c', 'sleep 60 & sleep 60 & echo started; wait'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  t.after(() => process.kill(-child.pid!, 'SIGKILL'))
  await once(child.stdout, 'data')
  const found = processesOf(child.pid!)
  assert.equal(found.length, 2)
  assert.deepEqual(new Set(found), new Set(processesWithParent(child.pid!)))
  assert.ok(processesOf(process.pid).includes(child.pid!))
})

test('a process that is gone has started nothing', async () => {
  const child = spawn('/bin/true')
  await once(child, 'exit')
  assert.deepEqual(processesOf(child.pid!), [])
})
