import type { EventData } from '@covenant/chain-client'
import { toJson } from './json.ts'
import { changeOne, type Transaction } from './transaction.ts'

export type NodeStore = {
  insert(node: EventData['nodes.NodeRegistered']): Promise<void>
  update(node: EventData['nodes.NodeUpdated']): Promise<void>
  /** Binds the agent that was named, in the place of one that served. */
  serve(served: EventData['nodes.Served']): Promise<void>
  beat(heartbeat: EventData['nodes.Heartbeat']): Promise<void>
  announce(announced: EventData['nodes.Announced']): Promise<void>
  setState(set: EventData['nodes.NodeStateSet']): Promise<void>
  rotateAgent(rotated: EventData['nodes.AgentRotated']): Promise<void>
  /** The chain has the node no more; the row keeps what it was. */
  remove(node: number): Promise<void>
  /** Counts one contract more. */
  openContract(node: number): Promise<void>
  /** Reserves what the spec `version` of `contract` asks for, in the place of what runs. */
  reserve(node: number, spec: { contract: number; version: number }): Promise<void>
  /** Counts one contract less, and gives back what its running spec reserved. */
  closeContract(node: number, contract: number): Promise<void>
}

export function createNodeStore(transaction: Transaction, height: number): NodeStore {
  const change = (node: number, assignments: string, values: unknown[]) =>
    changeOne(
      transaction,
      `node ${node}`,
      `UPDATE nodes SET changed_height = $2, ${assignments} WHERE nodes.id = $1`,
      [node, height, ...values],
    )
  return {
    async insert({ node, operator, agent, sealing, resources, prices, ...rest }) {
      await transaction.query(
        `INSERT INTO nodes (id, operator, named_agent, sealing_key, sealing_version,
           total_cpu, total_memory, total_storage, total_gpus, total_public_ipv4,
           reserved_cpu, reserved_memory, reserved_storage, reserved_gpus, reserved_public_ipv4,
           free_cpu, free_memory, free_storage, free_gpus, free_public_ipv4,
           price_cpu, price_memory, price_storage, price_gpu, price_public_ipv4,
           region, attributes, endpoint, state, live, contract_count, deposit, created_height, changed_height)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0, 0, 0, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
           $16, $17, $18, 'Active', 0, 0, $19, $20, $20)`,
        [
          node,
          operator,
          agent,
          sealing.key,
          sealing.version,
          ...[resources.cpu, resources.memory, resources.storage],
          ...[resources.gpus, resources.publicIpv4],
          ...[prices.cpu, prices.memory, prices.storage, prices.gpu, prices.publicIpv4],
          rest.region,
          toJson(rest.attributes),
          rest.endpoint,
          rest.deposit,
          height,
        ],
      )
    },

    update: ({ node, resources, prices, region, attributes }) =>
      change(
        node,
        `total_cpu = $3, total_memory = $4, total_storage = $5, total_gpus = $6, total_public_ipv4 = $7,
         free_cpu = $3 - reserved_cpu, free_memory = $4 - reserved_memory, free_storage = $5 - reserved_storage,
         free_gpus = $6 - reserved_gpus, free_public_ipv4 = $7 - reserved_public_ipv4,
         price_cpu = $8, price_memory = $9, price_storage = $10, price_gpu = $11, price_public_ipv4 = $12,
         region = $13, attributes = $14`,
        [
          ...[resources.cpu, resources.memory, resources.storage],
          ...[resources.gpus, resources.publicIpv4],
          ...[prices.cpu, prices.memory, prices.storage, prices.gpu, prices.publicIpv4],
          region,
          toJson(attributes),
        ],
      ),

    serve: ({ node, agent, live, lastSeen }) =>
      change(node, 'agent = $3, named_agent = NULL, live = $4, last_seen = $5', [
        agent,
        live,
        lastSeen,
      ]),

    beat: ({ node, live, lastSeen }) => change(node, 'live = $3, last_seen = $4', [live, lastSeen]),

    announce: ({ node, endpoint, announcedAt }) =>
      change(node, 'endpoint = $3, announced_at = $4', [endpoint, announcedAt]),

    setState: ({ node, state, live }) => change(node, 'state = $3, live = $4', [state, live]),

    rotateAgent: ({ node, namedAgent, sealing }) =>
      change(node, 'named_agent = $3, sealing_key = $4, sealing_version = $5', [
        namedAgent,
        sealing.key,
        sealing.version,
      ]),

    remove: (node) =>
      change(node, `state = 'Removed', removed_height = $2, agent = NULL, named_agent = NULL`, []),

    openContract: (node) => change(node, 'contract_count = contract_count + 1', []),

    reserve: (node, { contract, version }) =>
      changeOne(
        transaction,
        `node ${node} and version ${version} of contract ${contract}`,
        `UPDATE nodes SET changed_height = $2,
           reserved_cpu = reserved_cpu - coalesce(old.cpu, 0) + new.cpu,
           reserved_memory = reserved_memory - coalesce(old.memory, 0) + new.memory,
           reserved_storage = reserved_storage - coalesce(old.storage, 0) + new.storage,
           reserved_gpus = reserved_gpus - coalesce(old.gpus, 0) + new.gpus,
           reserved_public_ipv4 = reserved_public_ipv4 - coalesce(old.public_ipv4, 0) + new.public_ipv4,
           free_cpu = free_cpu + coalesce(old.cpu, 0) - new.cpu,
           free_memory = free_memory + coalesce(old.memory, 0) - new.memory,
           free_storage = free_storage + coalesce(old.storage, 0) - new.storage,
           free_gpus = free_gpus + coalesce(old.gpus, 0) - new.gpus,
           free_public_ipv4 = free_public_ipv4 + coalesce(old.public_ipv4, 0) - new.public_ipv4
         FROM contracts JOIN specs AS new ON new.contract_id = contracts.id AND new.version = $4
           LEFT JOIN specs AS old ON old.contract_id = contracts.id AND old.version = running_version
         WHERE nodes.id = $1 AND contracts.id = $3`,
        [node, height, contract, version],
      ),

    closeContract: (node, contract) =>
      changeOne(
        transaction,
        `node ${node} and contract ${contract}`,
        `UPDATE nodes SET changed_height = $2, contract_count = contract_count - 1,
           reserved_cpu = reserved_cpu - coalesce(cpu, 0), reserved_memory = reserved_memory - coalesce(memory, 0),
           reserved_storage = reserved_storage - coalesce(storage, 0),
           reserved_gpus = reserved_gpus - coalesce(gpus, 0),
           reserved_public_ipv4 = reserved_public_ipv4 - coalesce(public_ipv4, 0),
           free_cpu = free_cpu + coalesce(cpu, 0), free_memory = free_memory + coalesce(memory, 0),
           free_storage = free_storage + coalesce(storage, 0), free_gpus = free_gpus + coalesce(gpus, 0),
           free_public_ipv4 = free_public_ipv4 + coalesce(public_ipv4, 0)
         FROM contracts LEFT JOIN specs ON contract_id = contracts.id AND specs.version = running_version
         WHERE nodes.id = $1 AND contracts.id = $3`,
        [node, height, contract],
      ),
  }
}
