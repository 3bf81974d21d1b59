/** What a member of groups has to look at, from the chain alone, at one finalised block. */
import type { Account, Chain, Group, Kind, Proposal } from '@covenant/chain-client'
import { readBallot } from './review/ballot.ts'
import { describeCall } from './review/effects/index.ts'
import { staleReasons, type Times } from './review/stale.ts'

/** What is left of a proposal's time when it is told again to those who have voted. */
const SOON_SECONDS = 86_400

/**
 * - `decides`: the member's vote would carry it out.
 * - `awaits`: the member has not voted, and others would have to as well.
 * - `expires soon`: the member has approved it, and it may expire undecided.
 * - `stale`: the member proposed or approved it, and it can no longer be decided.
 */
export type Why = 'decides' | 'awaits' | 'expires soon' | 'stale'

export type InboxItem = {
  address: string
  why: Why
  group: { id: number; name: string }
  kind: Kind
  /** Goes on from "group 3 …". */
  sentence: string
  proposer: Account
  /** The member's own. */
  weight: number
  missing: number
  expires: number
  /** Why it is stale. */
  reasons: string[]
}

export type Inbox = { member: Account; height: number; now: number; items: InboxItem[] }

const ORDER: Why[] = ['decides', 'awaits', 'expires soon', 'stale']

/** What matters still, most urgent first. */
export async function readInbox(chain: Chain, member: Account): Promise<Inbox> {
  const { height, hash: at } = await chain.finalizedHead()
  const [groups, now, { transactionVersion }] = await Promise.all([
    chain.groups.ofMember(member, at),
    chain.clock.now(at),
    chain.runtimeVersion(at),
  ])
  const lists = await Promise.all(
    groups.map(async (group) => {
      const open = await chain.groups.proposals(group.id, at)
      const items = open.map(async (proposal) => {
        const place = { member, now, transactionVersion }
        const why = whyIt(group, proposal, place)
        if (why === undefined) return undefined
        const call = chain.decodeCall(proposal.call)
        const { sentence } = await describeCall(call, { chain, at, now, owner: group.account })
        return itemOf(group, proposal, { ...place, why, sentence })
      })
      return Promise.all(items)
    }),
  )
  const items = lists.flat().filter((item) => item !== undefined)
  items.sort((a, b) => ORDER.indexOf(a.why) - ORDER.indexOf(b.why) || a.expires - b.expires)
  return { member, height, now, items }
}

type Place = Times & { member: Account }

function whyIt(group: Group, proposal: Proposal, place: Place): Why | undefined {
  const { yours } = readBallot(group, proposal, place.member)
  const isMine = proposal.proposer === place.member || yours?.vote === 'Approve'
  if (staleReasons(proposal, group, place).length > 0) return isMine ? 'stale' : undefined
  const mayVote = group.members.some(
    ({ account, permissions }) => account === place.member && permissions.includes('APPROVE'),
  )
  if (mayVote && yours?.vote === null) return yours.decides ? 'decides' : 'awaits'
  return isMine && proposal.expires - place.now < SOON_SECONDS ? 'expires soon' : undefined
}

function itemOf(
  group: Group,
  proposal: Proposal,
  { member, why, sentence, ...times }: Place & { why: Why; sentence: string },
): InboxItem {
  const { missing, yours } = readBallot(group, proposal, member)
  return {
    address: `${group.id}/${proposal.id}`,
    why,
    group: { id: group.id, name: group.name },
    kind: proposal.kind,
    sentence,
    proposer: proposal.proposer,
    weight: yours?.weight ?? 0,
    missing,
    expires: proposal.expires,
    reasons: staleReasons(proposal, group, times),
  }
}
