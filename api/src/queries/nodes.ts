import { WINDOW_SECONDS } from '../chain-bounds.ts'
import type { Snapshot } from '../database.ts'
import { raw, sql } from '../sql.ts'
import { loadOne } from './load.ts'
import type { List } from './page.ts'

export const NODE_STATES = ['Active', 'Draining', 'Retired', 'Removed'] as const

export type NodeRow = {
  id: number
  operator: string
  named_agent: string | null
  agent: string | null
  sealing_key: string
  sealing_version: number
  total_cpu: number
  total_memory: number
  total_storage: number
  total_gpus: number
  total_public_ipv4: number
  reserved_cpu: number
  reserved_memory: number
  reserved_storage: number
  reserved_gpus: number
  reserved_public_ipv4: number
  price_cpu: string
  price_memory: string
  price_storage: string
  price_gpu: string
  price_public_ipv4: string
  region: string
  attributes: { key: string; value: string }[]
  endpoint: string
  state: (typeof NODE_STATES)[number]
  last_seen: number | null
  announced_at: number | null
  contract_count: number
  deposit: string
  created_height: number
  changed_height: number
  removed_height: number | null
  /** The live clock's reading at the head, in seconds. */
  live_now: number
  is_live: boolean
}

const readings = raw(`(
  select
    n.*,
    case when n.state in ('Retired', 'Removed') then n.live else
      n.live + least(greatest(coalesce(head.chain_ms / 1000 - n.last_seen, 0), 0), ${WINDOW_SECONDS})
    end as live_now,
    n.state in ('Active', 'Draining')
      and coalesce(head.chain_ms / 1000 - n.last_seen <= ${WINDOW_SECONDS}, false) as is_live
  from nodes n
  cross join head
)`)

export const nodeList: List<NodeRow> = { name: 'nodes', from: readings, key: ['id'] }

export const nodeLoaders = (snapshot: Snapshot) => ({
  node: loadOne<number, NodeRow>(snapshot, {
    read: (ids) => sql`select * from ${readings} t where id = any(${ids}::bigint[])`,
    keyOf: (row) => row.id,
  }),
  /** The node whose serving agent this account is. */
  nodeByAgent: loadOne<string, NodeRow & { agent: string }>(snapshot, {
    read: (agents) => sql`select * from ${readings} t where agent = any(${agents}::text[])`,
    keyOf: (row) => row.agent,
  }),
})
