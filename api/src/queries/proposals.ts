import type { Snapshot } from '../database.ts'
import { type Sql, raw, sql } from '../sql.ts'
import { type Deed, deedRows } from './deed.ts'
import type { MemberRow } from './groups.ts'
import { loadMany, loadOne } from './load.ts'
import { type List, byKey } from './page.ts'

export const KINDS = ['Deploy', 'Cancel', 'Spend', 'Govern'] as const

/** What the chain stores and, of a proposal that it calls open, whether it can still be carried. */
export type ProposalReading =
  | 'Open'
  | 'Executed'
  | 'Rejected'
  | 'Withdrawn'
  | 'Cleared'
  | 'Expired'
  | 'Stale'

export const STALE_REASONS = [
  'MEMBERS_CHANGED',
  'GROUP_DISSOLVED',
  'CALLS_CHANGED',
  'EXPIRED',
] as const
export type StaleReason = (typeof STALE_REASONS)[number]

export type ProposalRow = {
  group_id: number
  id: number
  proposer: string
  call: string
  call_pallet: string
  call_name: string
  call_args: unknown
  kind: (typeof KINDS)[number]
  epoch: number
  created_at: number
  expires: number
  deposit: string
  created_height: number
  created_extrinsic: number | null
  closed_height: number | null
  closed_extrinsic: number | null
  /**
   * As of the head: an open proposal of another epoch or transaction version, or of a dissolved
   * group, is Stale, one past its time Expired.
   */
  reading: ProposalReading
  /** Why an open one can no longer be voted on. */
  stale_reasons: StaleReason[]
  /** The weight that its kind of call needed in its epoch. */
  threshold: number
  /** The sum of the weights that could approve in its epoch. */
  approve_weight: number
}

export type VoteRow = {
  group_id: number
  proposal_id: number
  member: string
  vote: 'Approve' | 'Reject'
  weight: number
  changed_height: number
}

/** `group/proposal`, as people write it. */
export type ProposalAddress = `${number}/${number}`

export function proposalAddress(group: number, proposal: number): ProposalAddress {
  return `${group}/${proposal}`
}

const readings = raw(`(
  select
    p.*,
    case
      when p.state <> 'Open' then p.state
      when p.epoch <> g.epoch then 'Stale'
      when g.dissolved_height is not null then 'Stale'
      when p.transaction_version <> head.transaction_version then 'Stale'
      when p.expires < head.chain_ms / 1000 then 'Expired'
      else 'Open'
    end as reading,
    case when p.state = 'Open' then array_remove(array[
      case when p.epoch <> g.epoch then 'MEMBERS_CHANGED' end,
      case when g.dissolved_height is not null then 'GROUP_DISSOLVED' end,
      case when p.transaction_version <> head.transaction_version then 'CALLS_CHANGED' end,
      case when p.expires < head.chain_ms / 1000 then 'EXPIRED' end
    ], null) else '{}' end as stale_reasons,
    case p.kind
      when 'Deploy' then e.threshold_deploy
      when 'Cancel' then e.threshold_cancel
      when 'Spend' then e.threshold_spend
      else e.threshold_govern
    end as threshold,
    e.approve_weight
  from proposals p
  join groups g on g.id = p.group_id
  join group_epochs e on e.group_id = p.group_id and e.epoch = p.epoch
  cross join head
)`)

/** By group and number, the highest first: in each group, the newest first. */
export const proposalList: List<ProposalRow> = {
  name: 'proposals',
  from: readings,
  order: byKey('group_id', 'id'),
}

/** In the order of their proposals. */
export const voteList: List<VoteRow> = {
  name: 'votes',
  from: raw('votes'),
  order: byKey('group_id', 'proposal_id'),
}

/** What an open proposal may read as. */
const OPEN: readonly ProposalReading[] = ['Open', 'Expired', 'Stale']

/**
 * The condition that a proposal reads as this, with the stored state first, which has the index. What
 * is open reads as this unless as one of the others: so written, PostgreSQL takes most to be so, and
 * goes through them in order until the page is full.
 */
export function readsAs(reading: ProposalReading): Sql {
  if (!OPEN.includes(reading)) return sql`t.state = ${reading}`
  const others = OPEN.filter((other) => other !== reading)
  return sql`t.state = 'Open' and t.reading <> all(${others}::text[])`
}

/** The condition that a member may vote on a proposal and has not done so. */
export function awaitsVoteOf(member: string): Sql {
  // The groups first, known before any proposal is read: those of them alone are gone through.
  return sql`${readsAs('Open')}
    and t.group_id = any(array(select group_id from members where account = ${member}))
    and t.group_id in (
      select group_id from members where account = ${member}
        and ('APPROVE' = any(permissions) or 'VETO' = any(permissions) and t.kind <> 'Govern'))
    and not exists (
      select from votes v where v.group_id = t.group_id and v.proposal_id = t.id and v.member = ${member})`
}

/** What a member's vote would do, by the rules of the runtime. */
export type Ballot = {
  member: MemberRow
  /** What counts of the member's weight. */
  weight: number
  vote: VoteRow['vote'] | null
  mayApprove: boolean
  mayReject: boolean
  /** Its approval carries the call out at once. */
  approvalDecides: boolean
  /** Its rejection ends the proposal: what remains cannot reach the threshold, or it is a veto. */
  rejectionDecides: boolean
}

export function ballotOf(
  proposal: ProposalRow,
  { member, votes }: { member: MemberRow; votes: readonly VoteRow[] },
): Ballot {
  const { reading, kind, threshold, approve_weight: approveWeight } = proposal
  const counts = member.permissions.includes('APPROVE')
  // Nobody may keep a group from changing who decides.
  const vetoes = member.permissions.includes('VETO') && kind !== 'Govern'
  const weight = counts ? member.weight : 0
  const vote = votes.find((cast) => cast.member === member.account)?.vote ?? null
  const mayApprove = reading === 'Open' && counts && vote !== 'Approve'
  const mayReject = reading === 'Open' && (counts || vetoes) && vote !== 'Reject'
  const remains = approveWeight - weightOf('Reject', votes) - weight
  return {
    ...{ member, weight, vote, mayApprove, mayReject },
    approvalDecides: mayApprove && weightOf('Approve', votes) + weight >= threshold,
    rejectionDecides: mayReject && (vetoes || remains < threshold),
  }
}

export function weightOf(vote: VoteRow['vote'], votes: readonly VoteRow[]): number {
  return votes.reduce((sum, cast) => (cast.vote === vote ? sum + cast.weight : sum), 0)
}

export const proposalLoaders = (snapshot: Snapshot) => ({
  proposal: loadOne<ProposalAddress, ProposalRow>(snapshot, {
    read: (addresses) => sql`
      select t.* from ${readings} t
      join ${pairs(addresses)} asked (group_id, id) on asked.group_id = t.group_id and asked.id = t.id`,
    keyOf: (row) => proposalAddress(row.group_id, row.id),
  }),
  /** The proposal whose execution was this deed of its group. */
  proposalByDeed: loadOne<Deed, ProposalRow & { deed: Deed }>(snapshot, {
    read: (deeds) => sql`
      select distinct on (asked.deed) asked.deed, t.* from ${readings} t
      join groups on groups.id = t.group_id
      join ${deedRows(deeds)} asked (deed, height, extrinsic, account)
        on asked.height = t.closed_height
        and asked.extrinsic = t.closed_extrinsic
        and asked.account = groups.account
      where t.state = 'Executed'
      order by asked.deed, t.group_id, t.id`,
    keyOf: (row) => row.deed,
  }),
  /** Each member's latest vote, in the order of their latest change. */
  votes: loadMany<ProposalAddress, VoteRow>(snapshot, {
    read: (addresses) => sql`
      select t.* from votes t
      join ${pairs(addresses)} asked (group_id, id) on asked.group_id = t.group_id and asked.id = t.proposal_id
      order by t.changed_height, t.member`,
    keyOf: (row) => proposalAddress(row.group_id, row.proposal_id),
  }),
})

function pairs(addresses: readonly ProposalAddress[]) {
  const parts = addresses.map((address) => address.split('/').map(Number))
  return sql`unnest(
    ${parts.map(([group = 0]) => group)}::bigint[],
    ${parts.map(([, id = 0]) => id)}::bigint[]
  )`
}
