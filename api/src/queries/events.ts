import type { Snapshot } from '../database.ts'
import { raw, sql } from '../sql.ts'
import { loadOne } from './load.ts'
import { type List, byKey } from './page.ts'

export type EventRow = {
  height: number
  /** The event's number in its block. */
  index: number
  extrinsic_index: number | null
  pallet: string
  name: string
  data: unknown
  group_id: number | null
  proposal_id: number | null
  node_id: number | null
  contract_id: number | null
  accounts: string[]
}

export type BlockRow = { height: number; hash: string; timestamp_ms: number }

export const eventList: List<EventRow> = {
  name: 'events',
  from: raw('events'),
  order: byKey('height', 'index'),
}

export const eventLoaders = (snapshot: Snapshot) => ({
  block: loadOne<number, BlockRow>(snapshot, {
    read: (heights) => sql`
      select height, hash, timestamp_ms from blocks where height = any(${heights}::bigint[])`,
    keyOf: (row) => row.height,
  }),
})
