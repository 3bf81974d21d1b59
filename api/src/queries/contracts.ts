import type { Snapshot } from '../database.ts'
import { type Sql, raw, sql } from '../sql.ts'
import { type Deed, deedRows } from './deed.ts'
import { loadMany, loadOne } from './load.ts'
import type { OrderColumn } from './cursor.ts'
import { type List, byKey } from './page.ts'

export const CONTRACT_STATES = ['Offered', 'Running', 'Suspended', 'Closed'] as const

export const HEALTHS = ['Starting', 'Healthy', 'Unhealthy', 'Ended'] as const

export type ContractRow = {
  id: number
  owner: string
  node_id: number
  state: (typeof CONTRACT_STATES)[number]
  version: number
  running_version: number | null
  pending_version: number | null
  escrow: string
  paid: string
  settled_at: number
  suspended_at: number | null
  network_key: string | null
  health: (typeof HEALTHS)[number] | null
  reported_at: number | null
  created_at: number
  deposit: string
  created_height: number
  created_extrinsic: number | null
  changed_height: number
  closed_height: number | null
  closed_at: number | null
  close_reason: string | null
  refund: string | null
  tombstone_deposit: string | null
  pruned_height: number | null
  /** Empty where its body has none. */
  name: string
}

export type SpecRow = {
  contract_id: number
  version: number
  body_hash: string
  cpu: number
  memory: number
  storage: number
  gpus: number
  public_ipv4: number
  rate: string
  sealing_version: number
  deposit: string
  deadline: number
  created_height: number
  accepted_height: number | null
  decline_reason: string | null
  drop_reason: string | null
}

export const contractList: List<ContractRow> = {
  name: 'contracts',
  from: raw('contracts'),
  order: byKey('id'),
}

/** Contracts by an image of theirs; a contract stands once for each. */
export const contractOfImageList: List<ContractRow> = {
  ...contractList,
  from: raw(`(
    select c.*, i.digest as image_digest from contracts c join contract_images i on i.contract_id = c.id
  )`),
}

/** What contracts can be sorted by; an id is one more than that of the contract created before. */
export const CONTRACT_SORTS = {
  CREATED: { column: 'id', type: 'bigint' },
  CHANGED: { column: 'changed_height', type: 'bigint' },
  ESCROW: { column: 'escrow', type: 'numeric' },
  PAID: { column: 'paid', type: 'numeric' },
  NAME: { column: 'name', type: 'text' },
} as const satisfies Record<string, OrderColumn & { column: keyof ContractRow }>

/** The condition that a contract was created at this chain second or later: as ids, which are in that order. */
export function createdFrom(seconds: number): Sql {
  return sql`t.id >= ${firstCreated(seconds)}`
}

export function createdBefore(seconds: number): Sql {
  return sql`t.id < ${firstCreated(seconds)}`
}

/** The id of the first contract created from then on; above all there are where there is none. */
const firstCreated = (seconds: number) => sql`coalesce(
  (select id from contracts where created_at >= ${seconds}::bigint order by created_at, id limit 1),
  9223372036854775807)`

export const specList: List<SpecRow> = {
  name: 'specs',
  from: raw('specs'),
  order: byKey('version'),
}

/** `contract/version` */
export type SpecAddress = `${number}/${number}`

export const contractLoaders = (snapshot: Snapshot) => ({
  contract: loadOne<number, ContractRow>(snapshot, {
    read: (ids) => sql`select * from contracts where id = any(${ids}::bigint[])`,
    keyOf: (row) => row.id,
  }),
  /** The contracts that this deed of their owner created. */
  contractsByDeed: loadMany<Deed, ContractRow & { deed: Deed }>(snapshot, {
    read: (deeds) => sql`
      select asked.deed, t.* from contracts t
      join ${deedRows(deeds)} asked (deed, height, extrinsic, account)
        on asked.height = t.created_height
        and asked.extrinsic = t.created_extrinsic
        and asked.account = t.owner
      order by t.id`,
    keyOf: (row) => row.deed,
  }),
  spec: loadOne<SpecAddress, SpecRow>(snapshot, {
    read: (addresses) => {
      const parts = addresses.map((address) => address.split('/').map(Number))
      return sql`
        select t.* from specs t
        join unnest(
          ${parts.map(([contract = 0]) => contract)}::bigint[],
          ${parts.map(([, version = 0]) => version)}::bigint[]
        ) asked (contract_id, version)
          on asked.contract_id = t.contract_id and asked.version = t.version`
    },
    keyOf: (row) => `${row.contract_id}/${row.version}`,
  }),
  /** The images of a contract, by its id. */
  images: loadMany<number, { contract_id: number; digest: string }>(snapshot, {
    read: (ids) => sql`
      select contract_id, digest from contract_images where contract_id = any(${ids}::bigint[])
      order by contract_id, digest`,
    keyOf: (row) => row.contract_id,
  }),
  /** A body's canonical text, by its hash. */
  body: loadOne<string, { hash: string; text: string | null }>(snapshot, {
    read: (hashes) => sql`select hash, text from bodies where hash = any(${hashes}::text[])`,
    keyOf: (row) => row.hash,
  }),
})
