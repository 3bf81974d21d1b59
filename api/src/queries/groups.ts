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
  group_id: number
  account: string
  weight: number
  permissions: Permission[]
}

export const groupList: List<GroupRow> = { name: 'groups', from: raw('groups'), order: byKey('id') }

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
  /** The members of a group, in the group's order. */
  members: loadMany<number, MemberRow>(snapshot, {
    read: (groups) => sql`
      select * from members where group_id = any(${groups}::bigint[]) order by group_id, position`,
    keyOf: (row) => row.group_id,
  }),
})
