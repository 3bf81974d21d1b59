import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isAlive, type ProcessIdentity } from '@covenant/service/process-identity'
import { startStack, until } from '../stack.ts'

for (const signal of ['SIGINT', 'SIGHUP'] as const) {
  test(`${signal} to npm stops agent, API, indexer, chain and Postgres, in this order`, async () => {
    const stack = await startStack({ npm: true })
    const list = join(stack.dataFolder, 'processes.json')
    const processes = JSON.parse(readFileSync(list, 'utf8')) as ProcessIdentity[]
    assert.equal(processes.length, 6)
    stack.supervisor.kill(signal)
    await until(() => !processes.some(isAlive) && !existsSync(join(stack.dataFolder, 'lock')))
    assert.ok(!existsSync(list))

    // The logs say when each was asked.
    const asked = ['agent', 'api', 'indexer', 'chain', 'postgres'].map((name) => {
      const log = readFileSync(join(stack.dataFolder, 'logs', `covenant-${name}.log`), 'utf8')
      const line = log.split('\n').findLast((text) => text.includes('stopping'))
      assert.ok(line, `covenant-${name} was asked to stop`)
      return line.split(' ')[0] ?? ''
    })
    assert.deepEqual(
      asked,
      asked.toSorted((one, other) => one.localeCompare(other)),
    )
    stack.remove()
  })
}
