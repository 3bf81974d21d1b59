import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { lockSeed } from './seed-lock.ts'

const account = `test-${process.pid}`
const module = JSON.stringify(new URL('./seed-lock.ts', import.meta.url).href)

/** Another agent, in another folder. */
function startOther() {
  const script = `
    const { lockSeed } = await import(${module})
    await lockSeed(${JSON.stringify(account)})
    console.log('has it')
    setInterval(() => {}, 1000)`
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

test('of two agents with one seed the second refuses, until the first is gone, however it went', async (t) => {
  const other = startOther()
  t.after(() => other.kill('SIGKILL'))
  await once(other.stdout, 'data')
  await assert.rejects(lockSeed(account), /another agent with this seed .* runs on this host/)
  const unlockOwn = await lockSeed(`${account}-of-its-own`)
  unlockOwn()
  other.kill('SIGKILL')
  await once(other, 'exit')
  const unlock = await lockSeed(account)
  await assert.rejects(lockSeed(account), /another agent/)
  unlock()
})
