/** What a signed extrinsic did to a proposal: read from its own events, never guessed. */
import type {
  EventData,
  EventOf,
  Group,
  Kind,
  Proposal,
  ProposalOutcome,
} from '@covenant/chain-client'
import { formatAmount } from '@covenant/schema/amount'
import type { Landed } from './chain.ts'

export type VoteResult = {
  /** GROUP/PROPOSAL */
  address: string
  group: number
  proposal: number
  block: { height: number; hash: string }
  extrinsicHash: string
  fee: bigint
  /** How the proposal was closed in this very extrinsic. */
  closed: ProposalOutcome | null
  approved: number
  rejected: number
  threshold: number
  missing: number
  /** What the executed call has offered to nodes: the first version of a contract, or another. */
  offers: Offered[]
  /** The contracts that the executed call closed, and what came back to their owner. */
  ended: { contract: number; refund: bigint }[]
}

export type Offered = { contract: number; version: number; node: number }

/** The data of the events of one kind. */
export function eventsOf<Type extends keyof EventData>(
  events: Landed['events'],
  type: Type,
): EventData[Type][] {
  return events.flatMap((event) => (event.type === type ? [(event as EventOf<Type>).data] : []))
}

/** What these events have offered to nodes, in order. */
export function offersIn(events: Landed['events']): Offered[] {
  return events.flatMap((event) => {
    if (event.type !== 'contracts.Created' && event.type !== 'contracts.UpdateOffered') return []
    const { contract, version, node } = event.data
    return [{ contract, version, node }]
  })
}

export type VoteOn = {
  /** The group as it was when it was voted. */
  group: Group
  proposal: number
  kind: Kind
  /** Those before this one. */
  votes: Proposal['votes']
}

export function readVote(outcome: Landed, { group, proposal, kind, votes }: VoteOn): VoteResult {
  const isOurs = (event: { group: number; proposal: number }) =>
    event.group === group.id && event.proposal === proposal
  const latest = new Map(votes.map(({ member, vote }) => [member, vote]))
  for (const { member, vote } of eventsOf(outcome.events, 'groups.Voted').filter(isOurs)) {
    latest.set(member, vote)
  }
  const tally = countVotes(
    group,
    [...latest].map(([member, vote]) => ({ member, vote })),
  )
  const threshold = thresholdOf(group, kind)
  const closed = eventsOf(outcome.events, 'groups.ProposalClosed').find(isOurs)
  return {
    address: `${group.id}/${proposal}`,
    group: group.id,
    proposal,
    block: { height: outcome.blockHeight, hash: outcome.blockHash },
    extrinsicHash: outcome.extrinsicHash,
    fee: outcome.fee,
    closed: closed?.outcome ?? null,
    ...tally,
    threshold,
    missing: Math.max(threshold - tally.approved, 0),
    offers: offersIn(outcome.events),
    ended: eventsOf(outcome.events, 'contracts.Closed').map(({ contract, refund }) => ({
      contract,
      refund,
    })),
  }
}

export function thresholdOf({ thresholds }: Group, kind: Kind): number {
  const words = { Deploy: 'deploy', Cancel: 'cancel', Spend: 'spend', Govern: 'govern' } as const
  return thresholds[words[kind]]
}

/** Only the weight of members who may approve counts, for and against. */
export function countVotes(
  { members }: Group,
  votes: Proposal['votes'],
): { approved: number; rejected: number } {
  const tally = { approved: 0, rejected: 0 }
  for (const { member, vote } of votes) {
    const found = members.find(({ account }) => account === member)
    if (found === undefined || !found.permissions.includes('APPROVE')) continue
    if (vote === 'Approve') tally.approved += found.weight
    else tally.rejected += found.weight
  }
  return tally
}

/** What follows from a vote, and what to do next. */
export function showVote(result: VoteResult): string {
  const { address, approved, threshold, missing, offers, ended } = result
  if (result.closed === 'Rejected') {
    return `${address} is rejected: what remains cannot reach ${threshold}.`
  }
  if (result.closed === null) {
    return (
      `${address} has ${approved} of ${threshold}; ${missing} missing.\n` +
      `Next, by another member: covenant approve ${address}`
    )
  }
  const done = [
    ...offers.map(showOffered),
    ...ended.map(
      ({ contract, refund }) =>
        `contract ${contract} is closed, ${formatAmount(refund)} of its escrow came back`,
    ),
  ]
  const reached = `${address} has ${approved} of ${threshold} and was executed in this very extrinsic`
  return `${reached}${done.length === 0 ? '' : `: ${done.join('; ')}`}.${nextAfter(offers)}`
}

export function showOffered({ contract, version, node }: Offered): string {
  return version === 1
    ? `contract ${contract} is created`
    : `version ${version} of contract ${contract} is offered to node ${node}`
}

/** The command that looks at what has been offered. */
export function nextAfter(offers: readonly Offered[]): string {
  const [first, ...others] = offers
  if (first === undefined) return ''
  if (others.length > 0) return '\nNext: covenant status'
  const wait = first.version === 1 ? ' --wait running' : ''
  return `\nNext: covenant contract show ${first.contract}${wait}`
}
