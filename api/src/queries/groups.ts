import type { Snapshot } from '../database.ts'
import { raw, sql } from '../sql.ts'
import { loadMany, loadOne } from './load.ts'
import { type List, byKey } from './page.ts'

export type GroupRow = {
  id: number
  account: string
  name: string
  creator: string
  deposit: string
  epoch: number
  threshold_deploy: number
  threshold_cancel: number
  threshold_spend: number
  threshold_govern: number
  created_height: number
  changed_height: number
  beneficiary: string | null
  dissolved_height: number | null
}

export type Permission = 'PROPOSE' | 'APPROVE' | 'VETO'

export type MemberRow = {
  account: string
  weight: number
  permissions: Permission[]
}

export const groupList: List<GroupRow> = { name: 'groups', from: raw('groups'), order: byKey('id') }

/** Members and thresholds as they were from one change to the next. */
export type EpochRow = {
  group_id: number
  epoch: number
  threshold_deploy: number
  threshold_cancel: number
  threshold_spend: number
  threshold_govern: number
  members: MemberRow[]
  approve_weight: number
  created_height: number
}

export const epochList: List<EpochRow> = {
  name: 'epochs',
  from: raw('group_epochs'),
  order: byKey('epoch'),
}

/** `group/epoch` */
export type EpochAddress = `${number}/${number}`

/** Groups by the account of a member; a group stands once for each of its members. */
export const groupOfMemberList: List<GroupRow> = {
  name: 'groups',
  from: raw(`(
    select g.*, m.account as member from groups g join members m on m.group_id = g.id
  )`),
  order: byKey('id'),
}

export const groupLoaders = (snapshot: Snapshot) => ({
  group: loadOne<number, GroupRow>(snapshot, {
    read: (ids) => sql`select * from groups where id = any(${ids}::bigint[])`,
    keyOf: (row) => row.id,
  }),
  /** The group whose own account this is. */
  groupByAccount: loadOne<string, GroupRow>(snapshot, {
    read: (accounts) => sql`select * from groups where account = any(${accounts}::text[])`,
    keyOf: (row) => row.account,
  }),
  epoch: loadOne<EpochAddress, EpochRow>(snapshot, {
    read: (addresses) => {
      const parts = addresses.map((address) => address.split('/').map(Number))
      return sql`
        select t.* from group_epochs t
        join unnest(
          ${parts.map(([group = 0]) => group)}::bigint[],
          ${parts.map(([, epoch = 0]) => epoch)}::bigint[]
        ) asked (group_id, epoch) on asked.group_id = t.group_id and asked.epoch = t.epoch`
    },
    keyOf: (row) => `${row.group_id}/${row.epoch}`,
  }),
  /** The members of a group, in the group's order. */
  members: loadMany<number, MemberRow & { group_id: number }>(snapshot, {
    read: (groups) => sql`
      select * from members where group_id = any(${groups}::bigint[]) order by group_id, position`,
    keyOf: (row) => row.group_id,
  }),
})
