import type { EventData } from '@covenant/chain-client'
import { toJson } from './json.ts'
import { changeOne, type Transaction } from './transaction.ts'

export type NodeStore = {
  insert(node: EventData['nodes.NodeRegistered']): Promise<void>
  update(node: EventData['nodes.NodeUpdated']): Promise<void>
  /** Binds the agent that was named. */
  serve(served: EventData['nodes.Served']): Promise<void>
  beat(heartbeat: EventData['nodes.Heartbeat']): Promise<void>
  announce(announced: EventData['nodes.Announced']): Promise<void>
  /** Counts one contract more. */
  openContract(node: number): Promise<void>
  /** Reserves what the spec `version` of `contract` asks for. */
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
           price_cpu, price_memory, price_storage, price_gpu, price_public_ipv4,
           region, attributes, endpoint, state, live, contract_count, deposit, created_height, changed_height)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0, 0, 0, $11, $12, $13, $14, $15,
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

    serve: ({ node, agent, lastSeen }) =>
      change(node, 'agent = $3, named_agent = NULL, last_seen = $4', [agent, lastSeen]),

    beat: ({ node, live, lastSeen }) => change(node, 'live = $3, last_seen = $4', [live, lastSeen]),

    announce: ({ node, endpoint, announcedAt }) =>
      change(node, 'endpoint = $3, announced_at = $4', [endpoint, announcedAt]),

    openContract: (node) => change(node, 'contract_count = contract_count + 1', []),

    reserve: (node, { contract, version }) =>
      changeOne(
        transaction,
        `node ${node} and version ${version} of contract ${contract}`,
        `UPDATE nodes SET changed_height = $2, reserved_cpu = reserved_cpu + cpu,
           reserved_memory = reserved_memory + memory, reserved_storage = reserved_storage + storage,
           reserved_gpus = reserved_gpus + gpus, reserved_public_ipv4 = reserved_public_ipv4 + public_ipv4
         FROM specs WHERE nodes.id = $1 AND contract_id = $3 AND version = $4`,
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
           reserved_public_ipv4 = reserved_public_ipv4 - coalesce(public_ipv4, 0)
         FROM contracts LEFT JOIN specs ON contract_id = contracts.id AND specs.version = running_version
         WHERE nodes.id = $1 AND contracts.id = $3`,
        [node, height, contract],
      ),
  }
}
