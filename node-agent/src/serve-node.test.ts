/** The agent as a whole against a chain in memory, with a real API server, registry and sandbox. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { AgentStatus } from '@covenant/schema/agent-status'
import { formatImageReference } from '@covenant/schema/image'
import { DEFAULT_POLICY } from '@covenant/schema/policy'
import { withLibraries } from './executors/host-programs.fixture.ts'
import { closeInheritedFiles } from './executors/leftovers.ts'
import { probeHost, type SandboxHost } from './executors/probe.ts'
import { deriveIdentity } from './identity.ts'
import {
  buildImage,
  gzipLayer,
  openAccess,
  serveImages,
  type TarEntry,
} from './images/images.fixture.ts'
import { createImageLibrary } from './images/library.ts'
import { createImageStore } from './images/store.ts'
import { openPolicyFile } from './policy-file.ts'
import { serveNode } from './serve-node.ts'
import { openMemory } from './state/memory.ts'
import { createTestChain, makeBody, makeContract, makeNode, OWNER, silent } from './testing.ts'

closeInheritedFiles()
const host = await probeHost({
  path: process.env['PATH'] ?? '',
  uid: 1_879_048_192,
  folder: join(tmpdir(), `bundles-${process.pid}`),
})
const identity = deriveIdentity(new Uint8Array(32).fill(1))
const AGENT = identity.signer.address

/** Programs of this host, with the libraries that they need. */
function hostFiles(programs: readonly string[]): TarEntry[] {
  return withLibraries(programs).map((name) => ({
    name,
    content: readFileSync(realpathSync(name)),
    mode: 0o755,
  }))
}

const image = buildImage([await gzipLayer(hostFiles(['/bin/sh', '/bin/sleep']))])

type Api = { mode: 'honest' | 'down' | 'silent' | 'lying'; url: string }

async function setUp(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'agent-'))
  const policy = DEFAULT_POLICY.replace('owners: []', `owners: [${OWNER}]`)
  // An image goes with the last contract that needs it.
  await writeFile(join(folder, 'policy.yaml'), policy.replace('maxDays: 7', 'maxDays: 0'))
  const registry = await serveImages(image.blobs)
  const chain = createTestChain(AGENT)
  const api = await serveApi(t, () => [...chain.placed.keys()])
  const agents: { end: () => Promise<void> }[] = []
  t.after(async () => {
    for (const agent of agents) await agent.end()
    await registry.close()
    await rm(folder, { recursive: true })
  })

  /** One life of the agent. */
  const startAgent = async (sandbox: SandboxHost = host) => {
    const stopping = new AbortController()
    const memory = await openMemory(join(folder, 'memory.json'))
    await memory.setGenesis(chain.genesisHash)
    const store = await createImageStore(join(folder, 'store'))
    let status: Partial<AgentStatus> = {}
    const ended = serveNode({
      config: { data: folder, chain: 'memory', api: api.url, endpoint: undefined },
      service: { log: silent, signal: stopping.signal, ready: () => {} },
      ...{ chain, identity, memory, store },
      node: 1,
      policyFile: await openPolicyFile(join(folder, 'policy.yaml'), silent),
      host: sandbox,
      library: createImageLibrary(store, openAccess),
      publish: (change) => (status = { ...status, ...change }),
    })
    const agent = {
      status: () => status,
      contract: (id: number) => status.contracts?.find((one) => one.id === id),
      service: (id: number) => agent.contract(id)?.services[0],
      end: async () => {
        stopping.abort()
        await ended
      },
    }
    agents.push(agent)
    return agent
  }
  const reference = formatImageReference(registry.reference(image))
  const shell = (script: string) =>
    makeBody({ image: reference, command: ['/bin/sh', '-c', script], restart: 'never' })
  const log = (id: number) =>
    readFile(join(folder, 'logs', `${id}`, 'main.log'), 'utf8').catch(() => '')
  return { folder, chain, api, registry, startAgent, shell, log }
}

/** Stands in for the API: `honest` names the contracts that there are. */
async function serveApi(t: TestContext, ids: () => number[]): Promise<Api> {
  const server = createServer((_request, response) => {
    if (api.mode === 'down') return response.destroy()
    const spec = { body: '{"apiVersion":"covenant/v1","name":"forged","services":{}}' }
    const lies = [1, 2, 3, 77, 4_000_000].map((id) => ({
      id: `${id}`,
      running: spec,
      pending: spec,
    }))
    const truth = ids().map((id) => ({ id: `${id}`, running: null, pending: null }))
    const contracts = { honest: truth, silent: [], lying: lies }[api.mode]
    const work = { cursor: 'c', more: false, contracts }
    return response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ data: { work } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const api: Api = { mode: 'honest', url: `http://127.0.0.1:${port}` }
  return api
}

async function until(what: string, holds: () => unknown): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`it never came to this: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const FOREVER = 'echo up; while :; do sleep 1; done'
const isAlive = (pid: number | null | undefined) => {
  if (pid === undefined || pid === null) return false
  return readdirSync('/proc').includes(String(pid)) && !/^State:\s+Z/m.test(statusOf(pid))
}
function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return 'State:\tZ'
  }
}

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

test('an API that is down, silent or lying changes nothing of what runs', async (t) => {
  const { chain, api, startAgent, shell } = await setUp(t)
  const agent = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it runs', () => agent.service(id)?.state === 'running')
  const pid = agent.service(id)?.pid
  for (const mode of ['down', 'silent', 'lying'] as const) {
    api.mode = mode
    // A whole poll and a whole round lie between two changes of the clock.
    for (let beat = 0; beat < 2; beat++) {
      chain.now += 700
      const heartbeats = chain.submitted.length
      await until('a heartbeat', () => chain.submitted.length > heartbeats)
    }
    assert.equal(agent.service(id)?.pid, pid, mode)
    assert.ok(isAlive(pid), mode)
  }
  assert.equal(agent.status().contracts?.length, 1, 'nothing that it made up is run')
  assert.match(agent.status().api?.refusedClaim ?? '', /the API gives contract .* and the chain/)
  chain.cancel(id)
  await until('the chain still stops it', () => !isAlive(pid))
})

test('a chain that is away stops nothing', async (t) => {
  const { chain, startAgent, shell } = await setUp(t)
  const agent = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it runs', () => agent.service(id)?.state === 'running')
  const pid = agent.service(id)?.pid
  chain.away = true
  await until('it noticed', () => agent.status().chain?.problem)
  assert.ok(isAlive(pid))
  chain.away = false
  await until('it is back', () => agent.status().chain?.problem === null)
  assert.equal(agent.service(id)?.pid, pid)
})

test('an agent that starts again runs what it ran, though the API says nothing of it', async (t) => {
  const { chain, api, startAgent, shell } = await setUp(t)
  const before = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it runs', () => before.service(id)?.state === 'running')
  const pid = before.service(id)?.pid
  await before.end()
  assert.ok(!isAlive(pid), 'its programs end with it')

  api.mode = 'down'
  const after = await startAgent()
  await until('it runs again', () => after.service(id)?.state === 'running')
})

test('an agent with nothing but its seed learns from API and chain what it runs', async (t) => {
  const { chain, api, folder, startAgent, shell } = await setUp(t)
  const before = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it runs', () => before.service(id)?.state === 'running')
  await before.end()
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true })

  const after = await startAgent()
  await until('it runs again', () => after.service(id)?.state === 'running')
  assert.equal(chain.submitted.filter(({ call }) => call === 'contracts.accept').length, 1)

  await after.end()
  api.mode = 'down'
  const later = await startAgent()
  await until('what it learnt it remembers', () => later.service(id)?.state === 'running')
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
  assert.match(agent.status().chain?.problem ?? '', /no node 1 any more/)
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

test('a program that ended for good is not run again by a later agent, one that failed is', async (t) => {
  const { chain, startAgent, shell, log } = await setUp(t)
  const before = await startAgent()
  const done = chain.offer(shell('echo done; exit 3'))
  const failing = chain.offer({
    ...shell(''),
    services: { main: { ...shell('echo try; exit 1').services['main']!, restart: 'on-failure' } },
  })
  await until('it ended', () => before.service(done)?.state === 'ended')
  assert.equal(before.service(done)?.exitCode, 3)
  await until('it is tried again', () => (before.service(failing)?.restarts ?? 0) >= 1)
  await before.end()

  const after = await startAgent()
  await until('it is known to have ended', () => after.service(done)?.state === 'ended')
  assert.equal(after.service(done)?.exitCode, 3)
  assert.equal(await log(done), 'done\n')
})

test('a changed byte in the store refuses the launch, names the file, and the next fetch heals it', async (t) => {
  const { chain, folder, startAgent, shell } = await setUp(t)
  const before = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it runs', () => before.service(id)?.state === 'running')
  await before.end()

  await damageStore(folder)
  const blobs = withoutImages(t)
  const after = await startAgent()
  await until('it is refused', () => after.service(id)?.error?.includes('is damaged'))
  assert.match(after.service(id)?.error ?? '', /file bin\/\w+ is damaged in the store: its bytes/)

  blobs.forEach((bytes, digest) => image.blobs.set(digest, bytes))
  await until('it runs again', () => after.service(id)?.state === 'running')
})

test('a contract whose image cannot be had whole any more is terminated, which refunds its owner', async (t) => {
  const { chain, folder, startAgent, shell } = await setUp(t)
  const before = await startAgent()
  const id = chain.offer(shell(FOREVER))
  await until('it runs', () => before.service(id)?.state === 'running')
  await before.end()

  await damageStore(folder)
  withoutImages(t)
  await startAgent()
  await until('it is terminated', () => !chain.placed.has(id))
  assert.deepEqual(chain.submitted.at(-1), {
    call: 'contracts.terminate',
    args: { contract: id, reason: 'Image' },
  })
})

/** Changes one byte of each file in the agent's store. */
async function damageStore(folder: string): Promise<void> {
  const files = join(folder, 'store', 'files')
  for (const entry of await readdir(files, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const bytes = await readFile(path)
    bytes[100]! ^= 1
    await chmod(path, 0o644)
    await writeFile(path, bytes)
    await chmod(path, 0o555)
  }
}

/** Empties the registry until the test is over; answers what it had. */
function withoutImages(t: TestContext) {
  const blobs = new Map(image.blobs)
  image.blobs.clear()
  t.after(() => blobs.forEach((bytes, digest) => image.blobs.set(digest, bytes)))
  return blobs
}
