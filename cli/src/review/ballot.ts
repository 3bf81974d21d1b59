/** How a proposal stands, and what one member's vote would make of it. */
import type { Account, Group, Proposal, Vote } from '@covenant/chain-client'
import { countVotes, thresholdOf } from '../votes.ts'

export type Ballot = {
  members: { account: Account; weight: number; counts: boolean; vote: Vote | null }[]
  approved: number
  rejected: number
  threshold: number
  missing: number
  /** The member who looks at it; null where nobody said who that is, or it is no member. */
  yours: { account: Account; weight: number; vote: Vote | null; decides: boolean } | null
}

export function readBallot(group: Group, proposal: Proposal, viewer: Account | undefined): Ballot {
  const votes = new Map(proposal.votes.map(({ member, vote }) => [member, vote]))
  const tally = countVotes(group, proposal.votes)
  const threshold = thresholdOf(group, proposal.kind)
  const missing = Math.max(threshold - tally.approved, 0)
  const members = group.members.map(({ account, weight, permissions }) => ({
    account,
    weight,
    counts: permissions.includes('APPROVE'),
    vote: votes.get(account) ?? null,
  }))
  const mine = members.find(({ account }) => account === viewer)
  const yours = mine && {
    account: mine.account,
    weight: mine.weight,
    vote: mine.vote,
    decides: mine.counts && mine.vote !== 'Approve' && mine.weight >= missing,
  }
  return { members, ...tally, threshold, missing, yours: yours ?? null }
}

/** The one sentence that a voter looks for; `works` says whether the call would be carried out. */
export function showYours({ yours, missing }: Ballot, works: boolean): string | undefined {
  if (yours === null) return undefined
  const { weight, vote, decides } = yours
  if (vote === 'Approve') return `You have approved it with your ${weight}; ${missing} missing.`
  if (decides && !works)
    return `Your ${weight} decide, and approving it would fail as things stand.`
  if (decides) return `Your ${weight} decide: approving carries it out at once.`
  const still = Math.max(missing - weight, 0)
  return `Your ${weight} do not decide: ${still} would be missing still.`
}
