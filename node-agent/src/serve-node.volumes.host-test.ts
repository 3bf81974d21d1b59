/** Volumes over an agent's whole life, with real programs; mounting them takes root. */
import assert from 'node:assert/strict'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Body } from '@covenant/schema'
import { FOREVER, setUp, until } from './serve-node.fixture.ts'
import { makeContract } from './testing.ts'

const NOTE = `while read line; do echo $line; done < /data/notes; echo note >> /data/notes; ${FOREVER}`

async function withVolumes(t: TestContext) {
  const world = await setUp(t)
  const { chain, shell, log, folder } = world
  const withVolume = (
    script: string,
    over: Partial<NonNullable<Body['volumes']>[string]> = {},
  ): Body => {
    const body = shell(script)
    const main = { ...body.services['main']!, volumes: [{ name: 'data', mountPath: '/data' }] }
    return {
      ...body,
      services: { main },
      volumes: { data: { size: 16, keepOnDelete: false, ...over } },
    }
  }
  const reserve = { storage: 8 + 64 }
  const offer = (body: Body) => {
    const id = chain.offer(body)
    const contract = chain.placed.get(id)!
    const { spec, deadline } = contract.pending!
    const resources = { ...spec.resources, ...reserve }
    chain.placed.set(id, { ...contract, pending: { spec: { ...spec, resources }, deadline } })
    return id
  }
  const update = (id: number, body: Body) => {
    chain.update(id, body)
    const contract = chain.placed.get(id)!
    const { spec, deadline } = contract.pending!
    const resources = { ...spec.resources, ...reserve }
    chain.placed.set(id, { ...contract, pending: { spec: { ...spec, resources }, deadline } })
  }
  /** How many notes each of its programs found, from the first on. */
  const found = async (id: number) =>
    (await log(id))
      .split('up\n')
      .slice(0, -1)
      .map((said) => said.match(/^note$/gm)?.length ?? 0)
  const files = async () =>
    (await readdir(join(folder, 'volumes'))).filter((name) => name !== 'mounts')
  /** Why it declined what it declined. */
  const reasons = () =>
    chain.submitted
      .filter(({ call }) => call === 'contracts.decline')
      .map(({ args }) => (args as { reason: string }).reason)
  return { ...world, withVolume, offer, update, found, files, reasons }
}

test('what a program writes to its volume is there after a restart of the agent and a suspension', async (t) => {
  const { chain, startAgent, withVolume, offer, found } = await withVolumes(t)
  const agent = await startAgent()
  const id = offer(withVolume(NOTE))
  await until('it runs', async () => (await found(id)).length === 1)
  await agent.end()

  const next = await startAgent()
  await until('it runs again', async () => (await found(id)).length === 2)
  const contract = chain.placed.get(id) ?? makeContract()
  chain.placed.set(id, { ...contract, state: 'Suspended' })
  await until('it is suspended', () => next.contract(id)?.state === 'suspended')
  chain.placed.set(id, contract)
  await until('it runs a third time', async () => (await found(id)).length === 3)
  assert.deepEqual(await found(id), [0, 1, 2])
})

test('a volume goes with its contract', async (t) => {
  const { chain, startAgent, withVolume, offer, found, files } = await withVolumes(t)
  const agent = await startAgent()
  const id = offer(withVolume(NOTE))
  await until('it runs', async () => (await found(id)).length === 1)
  assert.equal((await files()).length, 1)
  chain.cancel(id)
  await until('it is gone', () => agent.contract(id) === undefined)
  await until('its volume is gone', async () => (await files()).length === 0)
})

test('a volume that is to be kept is found by the next contract of the same owner and name', async (t) => {
  const { chain, startAgent, withVolume, offer, found, files } = await withVolumes(t)
  const agent = await startAgent()
  const first = offer(withVolume(NOTE, { keepOnDelete: true }))
  await until('it runs', async () => (await found(first)).length === 1)
  chain.cancel(first)
  await until('it is kept', async () => (await files()).some((name) => name.includes('.kept.')))
  const second = offer(withVolume(NOTE))
  await until('the next one runs', async () => (await found(second)).length === 1)
  assert.deepEqual(await found(second), [1])
  await until('the agent says so', () => agent.contract(second)?.state === 'running')
})

test('an update goes on with its volume, which may grow; without it, it is gone', async (t) => {
  const { chain, startAgent, shell, withVolume, offer, update, found, files, reasons } =
    await withVolumes(t)
  const agent = await startAgent()
  const id = offer(withVolume(NOTE))
  await until('it runs', async () => (await found(id)).length === 1)
  update(id, withVolume(NOTE, { size: 40 }))
  await until('the update runs', async () => (await found(id)).length === 2)
  assert.deepEqual(await found(id), [0, 1])

  update(id, withVolume(NOTE, { size: 39 }))
  await until('a smaller one is declined', () => chain.placed.get(id)?.pending === null)
  await until('the one before goes on', () => agent.contract(id)?.version === 2)
  assert.deepEqual(reasons(), ['Policy'])

  update(id, shell(FOREVER))
  await until('it runs without', () => agent.contract(id)?.version === 4)
  await until('its volume is gone', async () => (await files()).length === 0)
})

test('an image in whose file a volume would have to be mounted is declined before it is paid for', async (t) => {
  const { chain, startAgent, withVolume, offer, reasons } = await withVolumes(t)
  await startAgent()
  const body = withVolume(FOREVER)
  body.services['main']!.volumes = [{ name: 'data', mountPath: '/bin/sh/data' }]
  const id = offer(body)
  await until('it is declined', () => !chain.placed.has(id))
  assert.deepEqual(reasons(), ['Image'])
})

test('a volume of a contract that was closed while the agent had lost its memory goes too', async (t) => {
  const { chain, folder, startAgent, withVolume, offer, found, files } = await withVolumes(t)
  const agent = await startAgent()
  const id = offer(withVolume(NOTE))
  await until('it runs', async () => (await found(id)).length === 1)
  await agent.end()
  chain.cancel(id)
  await rm(join(folder, 'memory.json'))
  await startAgent()
  await until('its volume is gone', async () => (await files()).length === 0)
})
