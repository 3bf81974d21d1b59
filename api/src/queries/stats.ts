import type { Snapshot } from '../database.ts'
import { raw, sql } from '../sql.ts'
import { type List, byKey } from './page.ts'

/** What is so at one moment. Of resources, those of the nodes that are Active or Draining. */
export type State = {
  contracts_offered: number
  contracts_running: number
  contracts_suspended: number
  nodes_active: number
  nodes_draining: number
  nodes_retired: number
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
}

type Counts = { contracts_created: number; contracts_closed: number; spent: string }

/** A day of the chain's clock; what was so at its end is null until it is over. */
export type DayRow = { day: number } & Counts & (State | { [Column in keyof State]: null })

export const dayList: List<DayRow> = { name: 'days', from: raw('days'), order: byKey('day') }

export type StatsRow = State & Counts

const nodeSums = ['total', 'reserved']
  .flatMap((part) =>
    ['cpu', 'memory', 'storage', 'gpus', 'public_ipv4'].map((kind) => `${part}_${kind}`),
  )
  .map((column) => `coalesce(sum(${column}) filter (where is_there), 0)::bigint as ${column}`)
  .join(', ')

/**
 * Sums over the nodes; what was ever is added up by day. Contracts that run are what is left of those
 * that were created: there may be too many of them to count.
 */
const statsQuery = sql`
  select contracts.*, nodes.*, days.*,
    contracts_created - contracts_closed - contracts_offered - contracts_suspended as contracts_running
  from
    (select
      count(*) filter (where state = 'Offered') as contracts_offered,
      count(*) filter (where state = 'Suspended') as contracts_suspended
    from contracts where state in ('Offered', 'Suspended')) contracts,
    (select
      count(*) filter (where state = 'Active') as nodes_active,
      count(*) filter (where state = 'Draining') as nodes_draining,
      count(*) filter (where state = 'Retired') as nodes_retired,
      ${raw(nodeSums)}
    from (select *, state in ('Active', 'Draining') as is_there from nodes) n) nodes,
    (select
      coalesce(sum(contracts_created), 0)::bigint as contracts_created,
      coalesce(sum(contracts_closed), 0)::bigint as contracts_closed,
      coalesce(sum(spent), 0) as spent
    from days) days`

/** Reads what the whole network comes to, once for each block, whoever asks. */
export type Stats = (snapshot: Snapshot) => Promise<StatsRow>

export function createStats(): Stats {
  let latest: { hash: string; stats: Promise<StatsRow> } | undefined
  return async (snapshot) => {
    const { hash } = await snapshot.head()
    if (latest?.hash === hash) return latest.stats
    const stats = read(snapshot)
    latest = { hash, stats }
    stats.catch(() => {
      if (latest?.stats === stats) latest = undefined
    })
    return stats
  }
}

async function read(snapshot: Snapshot): Promise<StatsRow> {
  const [row] = await snapshot.query<StatsRow>(statsQuery)
  if (!row) throw new Error('sums come in one row')
  return row
}
