import { toJson } from './json.ts'
import type { Transaction } from './transaction.ts'

export type EventRow = {
  height: number
  index: number
  extrinsicIndex: number | null
  pallet: string
  name: string
  data: unknown
  group: number | null
  proposal: number | null
  node: number | null
  contract: number | null
  accounts: string[]
}

export async function insertEvents(transaction: Transaction, events: EventRow[]): Promise<void> {
  await transaction.query(
    `INSERT INTO events (height, index, extrinsic_index, pallet, name, data, group_id, proposal_id, node_id,
       contract_id, accounts)
     SELECT height, index, "extrinsicIndex", pallet, name, data, "group", proposal, node, contract, accounts
     FROM jsonb_to_recordset($1)
       AS event (height bigint, index int, "extrinsicIndex" int, pallet text, name text, data jsonb, "group" bigint,
         proposal bigint, node bigint, contract bigint, accounts text[])`,
    [toJson(events)],
  )
}
