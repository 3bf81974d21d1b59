import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServiceStatus } from '@covenant/schema/agent-status'
import { createHealthWatch, healthOf } from './health.ts'

function service(
  state: ServiceStatus['state'],
  error: string | null = null,
  health: ServiceStatus['health'] = null,
): ServiceStatus {
  return {
    ...{ name: 'main', state, error, health, healthProblem: null },
    ...{ pid: null, startedAt: null, restarts: 0, exitCode: null, nextStart: null },
  }
}

test('a contract is as well as the worst of its services', () => {
  const [running, ended] = [service('running'), service('ended')]
  assert.equal(healthOf([running, running]), 'Healthy')
  assert.equal(healthOf([running, ended]), 'Healthy')
  assert.equal(healthOf([ended, ended]), 'Ended')
  assert.equal(healthOf([running, service('starting')]), 'Starting')
  assert.equal(healthOf([service('starting'), service('waiting')]), 'Unhealthy')
  assert.equal(healthOf([running, service('ended', 'no longer supervised')]), 'Unhealthy')
  assert.equal(healthOf([running, service('stopping')]), undefined)
  const checked = (health: ServiceStatus['health']) => service('running', null, health)
  assert.equal(healthOf([running, checked('healthy')]), 'Healthy')
  assert.equal(healthOf([running, checked('starting')]), 'Starting')
  assert.equal(healthOf([checked('starting'), checked('unhealthy')]), 'Unhealthy')
})

test('nothing is told before it has lasted, and what changed begins anew', () => {
  let now = 0
  let services = [service('running')]
  const watch = createHealthWatch(() => now)
  const told = () => [...watch(new Map([[7, { status: () => services }]]))]

  assert.deepEqual(told(), [])
  now = 29_999
  assert.deepEqual(told(), [])
  now = 30_000
  assert.deepEqual(told(), [[7, 'Healthy']])

  services = [service('waiting')]
  assert.deepEqual(told(), [])
  now = 59_000
  services = [service('running')]
  assert.deepEqual(told(), [], 'a program that keeps ending is never healthy')
  now = 61_000
  services = [service('waiting')]
  assert.deepEqual(told(), [])
  now = 91_000
  assert.deepEqual(told(), [[7, 'Unhealthy']])
})

test('a contract that runs here no more is forgotten', () => {
  let now = 0
  const watch = createHealthWatch(() => now)
  const running = new Map([[7, { status: () => [service('running')] }]])
  watch(running)
  watch(new Map())
  now = 30_000
  assert.equal(watch(running).size, 0)
})
