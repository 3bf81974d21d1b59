import type { Resources } from '@covenant/chain-client'
import { rowsOf, type StateTable } from '../state.ts'

const resourceColumns = (prefix: string, resources: Resources) => ({
  [`${prefix}cpu`]: resources.cpu,
  [`${prefix}memory`]: resources.memory,
  [`${prefix}storage`]: resources.storage,
  [`${prefix}gpus`]: resources.gpus,
  [`${prefix}public_ipv4`]: resources.publicIpv4,
})

/** What is not reserved. */
const freeOf = (total: Resources, reserved: Resources): Resources => ({
  cpu: total.cpu - reserved.cpu,
  memory: total.memory - reserved.memory,
  storage: total.storage - reserved.storage,
  gpus: total.gpus - reserved.gpus,
  publicIpv4: total.publicIpv4 - reserved.publicIpv4,
})

export const nodeState: StateTable[] = [
  {
    table: 'nodes',
    key: ['id'],
    where: 'removed_height IS NULL',
    rows: (storage) =>
      rowsOf(storage.nodes(), ({ id, operator, agent, prices, ...node }) => [
        {
          ...{ id, operator, agent, named_agent: node.namedAgent },
          sealing_key: node.sealing.key,
          sealing_version: node.sealing.version,
          ...resourceColumns('total_', node.total),
          ...resourceColumns('reserved_', node.reserved),
          ...resourceColumns('free_', freeOf(node.total, node.reserved)),
          price_cpu: prices.cpu,
          price_memory: prices.memory,
          price_storage: prices.storage,
          price_gpu: prices.gpu,
          price_public_ipv4: prices.publicIpv4,
          region: node.region,
          attributes: node.attributes,
          endpoint: node.endpoint,
          state: node.state,
          live: node.live,
          last_seen: node.lastSeen,
          announced_at: node.announcedAt,
          contract_count: node.contracts,
          deposit: node.deposit,
          removed_height: null,
        },
      ]),
  },
]
