import { WINDOW_SECONDS } from '../chain-bounds.ts'
import type { Snapshot } from '../database.ts'
import { type Sql, join, raw, sql } from '../sql.ts'
import { loadOne } from './load.ts'
import type { Resources } from '@covenant/schema'
import type { OrderColumn } from './cursor.ts'
import { type List, byKey } from './page.ts'

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
  free_cpu: number
  free_memory: number
  free_storage: number
  free_gpus: number
  free_public_ipv4: number
  price_cpu: string
  price_memory: string
  price_storage: string
  price_gpu: string
  price_public_ipv4: string
  region: string
  attributes: { key: string; value: string }[]
  endpoint: string
  state: (typeof NODE_STATES)[number]
  /** The live clock as the last heartbeat left it. */
  live: number
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

export const nodeList: List<NodeRow> = { name: 'nodes', from: readings, order: byKey('id') }

/** What nodes can be sorted by. */
export const NODE_SORTS = {
  REGISTERED: { column: 'id', type: 'bigint' },
  CONTRACTS: { column: 'contract_count', type: 'bigint' },
  FREE_CPU: { column: 'free_cpu', type: 'bigint' },
  FREE_MEMORY: { column: 'free_memory', type: 'bigint' },
  FREE_STORAGE: { column: 'free_storage', type: 'bigint' },
  FREE_GPUS: { column: 'free_gpus', type: 'integer' },
  PRICE_CPU: { column: 'price_cpu', type: 'numeric' },
  PRICE_MEMORY: { column: 'price_memory', type: 'numeric' },
  PRICE_STORAGE: { column: 'price_storage', type: 'numeric' },
  PRICE_GPU: { column: 'price_gpu', type: 'numeric' },
} as const satisfies Record<string, OrderColumn & { column: keyof NodeRow }>

/**
 * The condition that the agent was seen within the window before `now`, or that it was not. It has no
 * index of its own, which each heartbeat would have to write: nodes are gone through in the order of another.
 */
export function isLive(live: boolean, now: number): Sql {
  const since = now - WINDOW_SECONDS
  return live
    ? sql`t.last_seen >= ${since}::bigint and t.state in ('Active', 'Draining')`
    : sql`(t.last_seen < ${since}::bigint or t.last_seen is null or t.state in ('Retired', 'Removed'))`
}

/** The columns of each resource. */
const COLUMNS = [
  ['cpu', 't.free_cpu', 't.price_cpu'],
  ['memory', 't.free_memory', 't.price_memory'],
  ['storage', 't.free_storage', 't.price_storage'],
  ['gpus', 't.free_gpus', 't.price_gpu'],
  ['publicIpv4', 't.free_public_ipv4', 't.price_public_ipv4'],
] as const satisfies [keyof Resources, string, string][]

/** The conditions that a node has so much that is not reserved. */
export function hasFree(resources: Resources): Sql[] {
  return COLUMNS.filter(([kind]) => resources[kind] > 0).map(
    ([kind, free]) => sql`${raw(free)} >= ${resources[kind]}::bigint`,
  )
}

/** The conditions that a node asks no more than `rate` for a second of these. */
export function costsAtMost(rate: bigint, resources: Resources): Sql[] {
  const parts = COLUMNS.filter(([kind]) => resources[kind] > 0).map(([kind, , price]) => ({
    price: raw(price),
    amount: BigInt(resources[kind]),
  }))
  if (parts.length === 0) return []
  const sum = join(
    parts.map(({ price, amount }) => sql`${price} * ${String(amount)}::numeric`),
    ' + ',
  )
  // No part may cost more than all do: that follows, and each has an index.
  return [
    sql`${sum} <= ${String(rate)}::numeric`,
    ...parts.map(({ price, amount }) => sql`${price} <= ${String(rate / amount)}::numeric`),
  ]
}

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
