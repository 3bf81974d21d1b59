/** The agent as a whole against a chain in memory, with a real API server, registry and sandbox. */
import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { DEFAULT_POLICY } from '@covenant/schema/policy'
import { makeBody, makeContract, makeNode, OWNER } from './testing.ts'
import { setUp, until, FOREVER, isAlive, AGENT } from './serve-node.fixture.ts'

test('an offer is fetched, accepted, run once it is accepted, and stopped when the chain has closed it', async (t) => {
  const { chain, startAgent, shell, log, folder } = await setUp(t)
  const agent = await startAgent()
  const id = chain.offer(shell('echo hello from the sandbox; while :; do sleep 1; done'))
  await until('it runs', () => agent.service(id)?.state === 'running')
  await until('it spoke', async () => (await log(id)).includes('hello from the sandbox'))
  assert.deepEqual(
    chain.submitted.map(({ call }) => call),
    ['contracts.accept'],
  )
  const pid = agent.service(id)?.pid
  assert.ok(isAlive(pid))

  chain.cancel(id)
  await until('it is gone', () => agent.contract(id) === undefined)
  assert.ok(!isAlive(pid))
  await until('its files are gone', async () => (await readdir(join(folder, 'runs'))).length === 0)
  await until(
    'its image is gone',
    async () => (await readdir(join(folder, 'store', 'images'))).length === 0,
  )
  assert.match(await log(id), /hello/, 'its log stays')
})

test('a suspended contract is stopped, and started when it is running again', async (t) => {
  const { chain, startAgent, shell } = await setUp(t)
  const agent = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it runs', () => agent.service(id)?.state === 'running')
  const contract = chain.placed.get(id) ?? makeContract()
  chain.placed.set(id, { ...contract, state: 'Suspended' })
  await until('it is suspended', () => agent.contract(id)?.state === 'suspended')
  chain.placed.set(id, contract)
  await until('it runs again', () => agent.service(id)?.state === 'running')
})

test('an update is accepted beside what runs, and then takes its place', async (t) => {
  const { chain, startAgent, shell, log } = await setUp(t)
  const agent = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it runs', () => agent.service(id)?.state === 'running')
  const before = agent.service(id)?.pid

  chain.update(id, shell('echo updated; while :; do sleep 1; done'))
  await until('the update runs', () => agent.contract(id)?.version === 2)
  await until('it spoke', async () => (await log(id)).includes('updated'))
  assert.ok(!isAlive(before), 'what ran before is ended')
  assert.equal(chain.submitted.filter(({ call }) => call === 'contracts.accept').length, 2)

  chain.update(id, makeBody({ image: 'elsewhere.example/demo@sha256:' + '0'.repeat(64) }))
  await until('the next one is declined', () =>
    chain.submitted.some(({ call }) => call === 'contracts.decline'),
  )
  await until('nothing is offered any more', () => chain.placed.get(id)?.pending === null)
  assert.equal(agent.contract(id)?.version, 2)
  assert.ok(isAlive(agent.service(id)?.pid), 'what runs goes on')
})

test('an agent that was replaced stops what it ran', async (t) => {
  const { chain, startAgent, shell } = await setUp(t)
  const agent = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it runs', () => agent.service(id)?.state === 'running')
  const pid = agent.service(id)?.pid
  chain.node = makeNode({ agent: 'another', lastSeen: chain.now })
  await until('it is stopped', () => !isAlive(pid))
})

test('an agent whose node was removed stops what it ran', async (t) => {
  const { chain, startAgent, shell } = await setUp(t)
  const agent = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it runs', () => agent.service(id)?.state === 'running')
  const pid = agent.service(id)?.pid
  chain.removed = true
  await until('it is stopped', () => !isAlive(pid))
  await until('it says why', () => /no node 1 any more/.test(agent.status().chain?.problem ?? ''))
})

test('what a node refuses is declined with the reason', async (t) => {
  const { chain, registry, startAgent, shell } = await setUp(t)
  const agent = await startAgent()
  const reasonFor = async (offer: () => number) => {
    const id = offer()
    const answers = () =>
      chain.submitted.filter(
        ({ call, args }) =>
          call === 'contracts.decline' && (args as { contract: number }).contract === id,
      )
    await until('it is declined', () => answers().length > 0)
    const [answer] = answers()
    return (answer?.args as { reason: string } | undefined)?.reason
  }
  const body = shell(FOREVER)
  const missing = makeBody({ image: `${registry.host}/demo@sha256:${'9'.repeat(64)}` })
  const unknownKey = Buffer.from(JSON.stringify({ ...body, gpus: 1 }))
  assert.equal(await reasonFor(() => chain.offer(body, { owner: 'a stranger' })), 'Policy')
  assert.equal(await reasonFor(() => chain.offer(unknownKey)), 'Policy')
  assert.equal(await reasonFor(() => chain.offer(missing)), 'Image')
  const resources = { cpu: 100, memory: 64, storage: 1 }
  const tooSmall = makeBody({ ...body.services['main'], resources })
  assert.equal(await reasonFor(() => chain.offer(tooSmall)), 'Image', 'it does not fit its disk')
  chain.node = makeNode({ agent: AGENT, total: { ...chain.node.total, memory: 63 } })
  assert.equal(await reasonFor(() => chain.offer(body)), 'Capacity')
  await until('none is left', () => agent.status().contracts?.length === 0)

  await agent.end()
  await startAgent({ works: false, message: 'bwrap is not installed', remedy: 'install it' })
  assert.equal(await reasonFor(() => chain.offer(body)), 'Hardware')
})

test('a policy that is changed counts without a restart', async (t) => {
  const { chain, folder, startAgent, shell } = await setUp(t)
  await writeFile(join(folder, 'policy.yaml'), 'owners: [')
  const agent = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it waits', () => agent.contract(id)?.state === 'waiting')
  assert.match(agent.status().policyProblem ?? '', /policy\.yaml:1:/)
  assert.deepEqual(chain.submitted, [], 'nothing is refused by a policy that cannot be read')
  const policy = DEFAULT_POLICY.replace('owners: []', `owners: [${OWNER}]`)
  // An image goes with the last contract that needs it.
  await writeFile(join(folder, 'policy.yaml'), policy.replace('maxDays: 7', 'maxDays: 0'))
  await until('it runs', () => agent.service(id)?.state === 'running')
})
