import * as z from 'zod'
import { publicKeyOf } from '../address.ts'
import type { Reader } from '../reader.ts'
import { account, amount, bytes32, read, text, u16, u32, u64, word, write } from '../shape.ts'
import type { Chain, Node } from '../types.ts'

export const resources = z.strictObject({
  cpu: u32,
  memory: u32,
  storage: u32,
  gpus: u16,
  publicIpv4: u16,
})

const prices = z.strictObject({
  cpu: amount,
  memory: amount,
  storage: amount,
  gpu: amount,
  publicIpv4: amount,
})

const nodeState = word('Active', 'Draining', 'Retired')
const sealing = z.strictObject({ key: bytes32, version: u32 })
const attributes = z.array(z.strictObject({ key: text, value: text }))

export const node = z.strictObject({
  operator: account,
  namedAgent: z.nullable(account),
  agent: z.nullable(account),
  sealing,
  total: resources,
  reserved: resources,
  prices,
  region: text,
  attributes,
  endpoint: text,
  state: nodeState,
  live: u64,
  lastSeen: z.nullable(u64),
  announcedAt: z.nullable(u64),
  contracts: u32,
  deposit: amount,
})

export const nodesEvents = {
  'nodes.NodeRegistered': z.strictObject({
    node: u32,
    operator: account,
    agent: account,
    sealing,
    resources,
    prices,
    region: text,
    attributes,
    endpoint: text,
    deposit: amount,
  }),
  'nodes.NodeUpdated': z.strictObject({ node: u32, resources, prices, region: text, attributes }),
  'nodes.Served': z.strictObject({ node: u32, agent: account, live: u64, lastSeen: u64 }),
  'nodes.Heartbeat': z.strictObject({ node: u32, live: u64, lastSeen: u64 }),
  'nodes.Announced': z.strictObject({ node: u32, endpoint: text, announcedAt: u64 }),
  'nodes.NodeStateSet': z.strictObject({ node: u32, state: nodeState, live: u64 }),
  'nodes.AgentRotated': z.strictObject({ node: u32, namedAgent: z.nullable(account), sealing }),
  'nodes.NodeRemoved': z.strictObject({ node: u32, deposit: amount }),
}

const capacity = z.nullable(z.strictObject({ free: resources, takesOffers: z.boolean() }))

const nodeOf = (id: number, stored: unknown): Node => ({
  id,
  ...read(node, stored, `nodes.Nodes(${id})`),
})

export function nodesReads({ item, entries, snapshot, ask }: Reader): Chain['nodes'] {
  async function get(id: number, at?: string): Promise<Node | null> {
    const stored = await item(at, 'nodes', 'nodes', write(u32, id, 'node'))
    return stored === null ? null : nodeOf(id, stored)
  }
  return {
    get,
    nextId: async (at) => read(u32, await item(at, 'nodes', 'nextNode'), 'nodes.NextNode'),
    async all(at) {
      const found = await entries(at, 'nodes', 'nodes')
      return found
        .map(({ keys, value }) => nodeOf(read(u32, keys[0], 'nodes.Nodes key'), value))
        .sort((a, b) => a.id - b.id)
    },
    capacity: async (id, at) =>
      read(capacity, await ask(at, 'capacity', write(u32, id, 'node')), `capacity(${id})`),
    async byAgent(agent, at) {
      publicKeyOf(agent, 'agent')
      const hash = await snapshot(at)
      const stored = await item(hash, 'nodes', 'agentOf', agent)
      return stored === null ? null : get(read(u32, stored, `nodes.AgentOf(${agent})`), hash)
    },
  }
}

const offered = { resources, prices, region: text, attributes }

export const nodesCalls = {
  register: z.strictObject({ agent: account, sealingKey: bytes32, ...offered, endpoint: text }),
  update: z.strictObject({ node: u32, ...offered }),
  serve: z.strictObject({ node: u32 }),
  heartbeat: z.strictObject({ node: u32 }),
  announce: z.strictObject({ node: u32, endpoint: text }),
  setState: z.strictObject({ node: u32, state: nodeState }),
  rotateAgent: z.strictObject({ node: u32, agent: account, sealingKey: bytes32 }),
  remove: z.strictObject({ node: u32 }),
}
