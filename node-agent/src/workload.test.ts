/** Services whose health is checked, with real programs in real sandboxes. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { BodyService } from '@covenant/schema'
import type { HealthCheck } from '@covenant/schema/health-check'
import { formatImageReference } from '@covenant/schema/image'
import { closeInheritedFiles } from './executors/leftovers.ts'
import { probeHost } from './executors/probe.ts'
import { httpAnswer, serverProgram, type Server } from './executors/server-program.fixture.ts'
import { healthOf } from './health.ts'
import { buildImage, gzipLayer, openAccess, serveImages } from './images/images.fixture.ts'
import { createImageLibrary } from './images/library.ts'
import { createImageStore } from './images/store.ts'
import { makeBody, OWNER, silent } from './testing.ts'
import { createSlots } from './slots.ts'
import { startWorkload } from './workload.ts'

closeInheritedFiles()
const host = await probeHost({
  path: process.env['PATH'] ?? '',
  uid: 1_879_048_192,
  folder: join(tmpdir(), `bundles-${process.pid}`),
})

const TIMES = { intervalSeconds: 1, timeoutSeconds: 10, startPeriodSeconds: 0, retries: 2 }
const TCP: HealthCheck = { tcp: { port: 8080 }, ...TIMES }
const HTTP: HealthCheck = { http: { port: 8080, path: '/' }, ...TIMES }

const OFF = { port: 8080, after: 3600 }

type Options = { server: Server; healthCheck?: HealthCheck; restart?: BodyService['restart'] }

/** Starts a workload that is one server, and keeps all that was told of it. */
async function start(t: TestContext, { server, healthCheck, restart = 'always' }: Options) {
  assert.ok(host.works)
  const data = await mkdtemp(join(tmpdir(), 'workload-'))
  const file = { name: 'bin/server', content: serverProgram(server), mode: 0o755 }
  const image = buildImage([await gzipLayer([file])])
  const registry = await serveImages(image.blobs)
  const store = await createImageStore(join(data, 'store'))
  const told: string[] = []
  let changed = Promise.withResolvers<void>()
  const bodyWith = (over: Partial<BodyService>) =>
    makeBody({
      image: formatImageReference(registry.reference(image)),
      command: ['/bin/server'],
      ...over,
    })
  const workload = startWorkload(
    {
      ...{ data, host, store, agent: 'agent-of-this-test', volumes: undefined, log: silent },
      library: createImageLibrary(store, openAccess),
      launches: createSlots(1),
      // The first change comes before there is a workload to ask.
      onChange: () => queueMicrotask(() => note()),
    },
    {
      ...{ contract: process.pid, owner: OWNER, version: 1 },
      body: bodyWith({ restart, healthCheck }),
    },
  )
  const note = () => {
    const status = workload.status()
    const health = healthOf(status) ?? 'stopping'
    if (told.at(-1) !== health) told.push(health)
    changed.resolve()
    changed = Promise.withResolvers()
  }
  t.after(async () => {
    await workload.stop(0)
    await registry.close()
    await rm(data, { recursive: true })
  })
  const service = () => workload.status()[0]
  const until = async (holds: () => boolean) => {
    while (!holds()) await changed.promise
  }
  return { told, service, until, workload, bodyWith }
}

test('a service with a tcp check is healthy once it takes connections, not before', async (t) => {
  const server = { port: 8080, after: 2 }
  const healthCheck = { ...TCP, startPeriodSeconds: 3600 }
  const { told, service, until } = await start(t, { server, healthCheck })
  await until(() => service()?.healthProblem === 'connect ECONNREFUSED 127.0.0.1:8080')
  assert.deepEqual(told, ['Starting'])
  await until(() => service()?.health === 'healthy')
  assert.deepEqual(told, ['Starting', 'Healthy'])
  assert.equal(service()?.healthProblem, null)
  assert.equal(service()?.restarts, 0)
})

test('a service that never listens is unhealthy, and stays so over its restarts, each after a longer pause', async (t) => {
  const server = { port: 1024, after: 3600 }
  const { told, service, until } = await start(t, { server, healthCheck: { ...TCP, retries: 1 } })
  const pauses: number[] = []
  for (const restarts of [0, 1, 2]) {
    await until(() => service()?.restarts === restarts && service()?.state === 'waiting')
    pauses.push(Date.parse(service()?.nextStart ?? '') - Date.now())
    assert.equal(service()?.health, 'unhealthy')
  }
  assert.deepEqual(told, ['Starting', 'Unhealthy'])
  // 500 ms, a second and two, less what has passed of each since it was told.
  assert.ok((pauses[0] ?? 0) <= 500 && (pauses[2] ?? 0) > 500, String(pauses))
})

test('a service whose http check begins to fail is started again, and is healthy again', async (t) => {
  const answers = [200, 200, 500, 500].map(httpAnswer)
  const { told, service, until } = await start(t, {
    server: { port: 8080, answers },
    healthCheck: HTTP,
  })
  await until(() => service()?.health === 'healthy')
  await until(() => service()?.healthProblem === 'GET / answered 500')
  await until(() => service()?.restarts === 1 && service()?.health === 'healthy')
  assert.deepEqual(told, ['Starting', 'Healthy', 'Unhealthy', 'Healthy'])
})

test('a service that is never restarted goes on unhealthy, and may become well by itself', async (t) => {
  const answers = [500, 500, 200].map(httpAnswer)
  const options = { server: { port: 8080, answers }, restart: 'never' as const }
  const { told, service, until } = await start(t, { ...options, healthCheck: HTTP })
  await until(() => service()?.health === 'unhealthy')
  const { pid } = service()!
  await until(() => service()?.health === 'healthy')
  assert.deepEqual(told, ['Starting', 'Unhealthy', 'Healthy'])
  assert.deepEqual([service()?.pid, service()?.restarts], [pid, 0])
})

test('another health check or restart policy takes hold while the program goes on', async (t) => {
  const { service, until, workload, bodyWith } = await start(t, { server: OFF, restart: 'never' })
  await until(() => service()?.state === 'running')
  const { pid } = service()!
  assert.equal(service()?.health, null)

  const unwell = bodyWith({ restart: 'never', healthCheck: TCP })
  assert.ok(workload.canAdjust(unwell))
  workload.adjust(2, unwell)
  await until(() => service()?.health === 'unhealthy')
  assert.deepEqual([workload.version, service()?.pid], [2, pid])

  workload.adjust(3, bodyWith({ restart: 'never' }))
  assert.deepEqual([service()?.health, service()?.healthProblem], [null, null])

  workload.adjust(4, bodyWith({ restart: 'always', healthCheck: TCP }))
  await until(() => (service()?.restarts ?? 0) > 0)
  assert.ok(!workload.canAdjust(bodyWith({ restart: 'always', env: { A: 'b' } })))
})

test('a program that has ended is started anew by another restart policy, not adjusted', async (t) => {
  const { service, until, workload, bodyWith } = await start(t, {
    server: { port: 80 },
    restart: 'never',
  })
  await until(() => service()?.state === 'ended')
  const other = bodyWith({ restart: 'always' })
  assert.ok(!workload.canAdjust(other))
  assert.throws(() => workload.adjust(2, other), /has ended meanwhile/)
})
