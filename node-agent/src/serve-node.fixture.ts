/** The agent as a whole for tests: a chain in memory, and a real API server, registry and sandbox. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Body } from '@covenant/schema'
import type { AgentStatus } from '@covenant/schema/agent-status'
import { formatImageReference } from '@covenant/schema/image'
import { DEFAULT_POLICY } from '@covenant/schema/policy'
import { sandboxStatus } from './agent.ts'
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
import { createNonceBook } from './nonce-book.ts'
import { openPolicyFile } from './policy-file.ts'
import { describeHost } from './registration.ts'
import { openVolumeStore } from './volumes/volume-store.ts'
import { serveNode } from './serve-node.ts'
import { openMemory } from './state/memory.ts'
import { createTestChain, makeBody, OWNER, silent } from './testing.ts'

closeInheritedFiles()
export const host = await probeHost({
  path: process.env['PATH'] ?? '',
  uid: 1_879_048_192,
  folder: join(tmpdir(), `bundles-${process.pid}`),
})
/** Another in each file of tests: its account names control groups and uids, which the host has once. */
const identity = deriveIdentity(randomBytes(32))
export const AGENT = identity.signer.address

/** Programs of this host, with the libraries that they need. */
function hostFiles(programs: readonly string[]): TarEntry[] {
  return withLibraries(programs).map((name) => ({
    name,
    content: readFileSync(realpathSync(name)),
    mode: 0o755,
  }))
}

export const image = buildImage([await gzipLayer(hostFiles(['/bin/sh', '/bin/sleep']))])

export type Api = { mode: 'honest' | 'down' | 'silent' | 'lying'; url: string }

export async function setUp(t: TestContext) {
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
    const volumes =
      sandbox.works && sandbox.volumes.works
        ? await openVolumeStore(join(folder, 'volumes'), sandbox.volumes.tools)
        : undefined
    let status: Partial<AgentStatus> = {}
    const ended = serveNode({
      config: { data: folder, chain: 'memory', api: api.url, endpoint: undefined },
      service: { log: silent, signal: stopping.signal, ready: () => {} },
      ...{ chain, identity, memory, store, nonces: createNonceBook(memory, silent) },
      node: 1,
      policyFile: await openPolicyFile(join(folder, 'policy.yaml'), silent),
      host: sandbox,
      proven: describeHost(sandboxStatus(sandbox)),
      library: createImageLibrary(store, openAccess),
      volumes,
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

export async function until(what: string, holds: () => unknown): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`it never came to this: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** The same, started again when it fails. */
export const onFailure = (body: Body): Body => ({
  ...body,
  services: { main: { ...body.services['main']!, restart: 'on-failure' } },
})
export const FOREVER = 'echo up; while :; do sleep 1; done'
export const isAlive = (pid: number | null | undefined) => {
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
