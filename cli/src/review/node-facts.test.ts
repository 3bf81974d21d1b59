import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Attribute, Chain, Node } from '@covenant/chain-client'
import { bodyResources, completeBody } from '@covenant/schema'
import { showServices } from '../bodies.ts'
import { nodeFacts, nodeProblems, shrinkProblems } from './node-facts.ts'

const service = {
  image: `images.example/web@sha256:${'a'.repeat(64)}`,
  command: ['/bin/web'],
  resources: { cpu: 100, memory: 64, storage: 0 },
}
const plain = completeBody({ apiVersion: 'covenant/v1', name: 'shop', services: { web: service } })
const demanding = completeBody({
  ...{ apiVersion: 'covenant/v1', name: 'shop' },
  services: {
    web: {
      ...service,
      healthCheck: { tcp: { port: 80 } },
      volumes: [
        { name: 'data', mountPath: '/data' },
        { name: 'cache', mountPath: '/var/cache' },
      ],
    },
  },
  volumes: { data: { size: 1024, keepOnDelete: true }, cache: { size: 16 } },
})

const none = { cpu: 0, memory: 0, storage: 0, gpus: 0, publicIpv4: 0 }
const node = (attributes: Attribute[]): Node => ({
  ...{ id: 3, operator: 'operator', namedAgent: null, agent: 'agent', region: 'eu' },
  ...{ sealing: { key: '0x00', version: 1 }, attributes, endpoint: 'x', state: 'Active' },
  ...{ total: { ...none, cpu: 1000, memory: 1024, storage: 4096 }, reserved: none },
  ...{ prices: { cpu: 1n, memory: 1n, storage: 1n, gpu: 0n, publicIpv4: 0n } },
  ...{ live: 0, lastSeen: 1000, announcedAt: null, contracts: 0, deposit: 0n },
})

/** Why a node with these attributes would not take the body. */
const problems = (body: typeof plain, attributes: Attribute[]) =>
  nodeProblems(
    nodeFacts(node(attributes), {
      ...{ body, resources: bodyResources(body), now: 1000 },
      // What is read of it.
      chain: { constants: { nodes: { window: 1200 } } } as Chain,
    }),
  )

test('a node that says it has not what a body asks for is told before anybody asks it', () => {
  const lacking = [
    { key: 'volumes', value: 'no' },
    { key: 'health-checks', value: 'no' },
  ]
  assert.deepEqual(problems(demanding, lacking), [
    'node 3 has no volumes and no health checks, and will decline',
  ])
  assert.deepEqual(problems(plain, lacking), [], 'nothing of it is asked')
  const having = lacking.map(({ key }) => ({ key, value: 'yes' }))
  assert.deepEqual(problems(demanding, having), [])
  assert.deepEqual(problems(demanding, []), [], 'a node that says nothing may have it')
})

test('a volume that would have to shrink is told, one that grows or comes is not', () => {
  const smaller = {
    ...demanding,
    volumes: { ...demanding.volumes, data: { size: 512, keepOnDelete: true } },
  }
  assert.deepEqual(shrinkProblems(demanding, smaller), [
    'the volume data has 1Gi and cannot shrink to 512Mi: the node will decline',
  ])
  for (const before of [smaller, plain, null, { services: {}, volumes: 'of a later version' }]) {
    assert.deepEqual(shrinkProblems(before, demanding), [])
  }
})

test('of volumes an approver sees where they are, how large, and what becomes of them', () => {
  const shown = showServices(demanding)
  assert.match(
    shown,
    /volume +data at \/data \(1Gi, kept for a while once the contract is closed\)/,
  )
  assert.match(shown, /volume +cache at \/var\/cache \(16Mi, deleted when the contract is closed\)/)
})
