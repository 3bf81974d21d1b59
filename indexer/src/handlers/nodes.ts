import type { Prices } from '@covenant/chain-client'
import type { NodeRow } from '../stores/mirror.ts'
import type { Context, Handlers } from './handler.ts'
import { NOTHING, reservedOf, roomOf } from './room.ts'

export const nodeHandlers: Handlers<'nodes'> = {
  'nodes.NodeRegistered'(
    { node: id, agent, sealing, resources, prices, ...rest },
    { mirror, height },
  ) {
    mirror.nodes.insert({
      ...{ id, ...rest, namedAgent: agent, agent: null },
      ...{ sealingKey: sealing.key, sealingVersion: sealing.version },
      ...{ ...roomOf(resources, NOTHING), ...pricesOf(prices) },
      ...{ state: 'Active', live: 0, lastSeen: null, announcedAt: null, contractCount: 0 },
      ...{ createdHeight: height, changedHeight: height, removedHeight: null },
    })
  },

  'nodes.NodeUpdated'({ node, resources, prices, region, attributes }, context) {
    const reserved = reservedOf(context.mirror.nodes.get(node))
    change(context, node, {
      ...{ ...roomOf(resources, reserved), ...pricesOf(prices) },
      ...{ region, attributes },
    })
  },

  // The agent that was named takes the place of one that served.
  'nodes.Served': ({ node, agent, live, lastSeen }, context) =>
    change(context, node, { agent, namedAgent: null, live, lastSeen }),

  'nodes.Heartbeat': ({ node, live, lastSeen }, context) =>
    change(context, node, { live, lastSeen }),

  'nodes.Announced': ({ node, endpoint, announcedAt }, context) =>
    change(context, node, { endpoint, announcedAt }),

  'nodes.NodeStateSet': ({ node, state, live }, context) => change(context, node, { state, live }),

  'nodes.AgentRotated': ({ node, namedAgent, sealing }, context) =>
    change(context, node, {
      namedAgent,
      sealingKey: sealing.key,
      sealingVersion: sealing.version,
    }),

  // The chain has the node no more; the row keeps what it was.
  'nodes.NodeRemoved': ({ node }, context) =>
    change(context, node, {
      ...{ state: 'Removed', removedHeight: context.height },
      ...{ agent: null, namedAgent: null },
    }),
}

function change({ mirror, height }: Context, node: number, changes: Partial<NodeRow>): void {
  mirror.nodes.change(mirror.nodes.get(node), { ...changes, changedHeight: height })
}

const pricesOf = ({ cpu, memory, storage, gpu, publicIpv4 }: Prices) => ({
  ...{ priceCpu: cpu, priceMemory: memory, priceStorage: storage },
  ...{ priceGpu: gpu, pricePublicIpv4: publicIpv4 },
})
