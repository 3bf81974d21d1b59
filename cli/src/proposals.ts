/** An open proposal as the chain has it at one block, checked, for whoever is asked to vote. */
import type { Account, Call, Chain, Group, Proposal, Vote } from '@covenant/chain-client'
import type { ProposalAddress } from './arguments.ts'
import { CliError, usageError } from './errors.ts'
import { EXIT } from './exit-codes.ts'
import { fields, formatDistance, formatTime, indent, paragraphs, table } from './output.ts'
import { showCall } from './show-call.ts'
import { countVotes, thresholdOf } from './votes.ts'

export type OpenProposal = {
  group: Group
  proposal: Proposal
  call: Call
  approved: number
  rejected: number
  threshold: number
  missing: number
  votes: { member: Account; vote: Vote; weight: number }[]
  /** What it would do, in words. */
  text: string
}

/** @throws CliError with code 4 where it can no longer be voted on, and why */
export async function readOpenProposal(
  chain: Chain,
  { group: groupId, proposal: proposalId }: ProposalAddress,
): Promise<OpenProposal> {
  const { hash: at } = await chain.finalizedHead()
  const [group, proposal, now] = await Promise.all([
    getGroup(chain, groupId, at),
    chain.groups.proposal(groupId, proposalId, at),
    chain.clock.now(at),
  ])
  const address = `${groupId}/${proposalId}`
  if (proposal === null) {
    if (proposalId >= group.nextProposal) {
      throw usageError(
        `There is no proposal ${address}; "covenant proposals ${groupId}" shows them`,
      )
    }
    throw tooLate(
      `${address} is closed: it was executed or rejected ("covenant proposals ${groupId}" says which)`,
    )
  }
  if (proposal.epoch !== group.epoch) {
    throw tooLate(
      `${address} is stale: members or thresholds of the group have changed since; propose it again`,
    )
  }
  if (now > proposal.expires) {
    throw tooLate(`${address} has expired at ${formatTime(proposal.expires)}; propose it again`)
  }
  const call = chain.decodeCall(proposal.call)
  const tally = countVotes(group, proposal.votes)
  const threshold = thresholdOf(group, proposal.kind)
  const view = {
    group,
    proposal,
    call,
    ...tally,
    threshold,
    missing: Math.max(threshold - tally.approved, 0),
    votes: proposal.votes.map(({ member, vote }) => ({
      member,
      vote,
      weight: group.members.find(({ account }) => account === member)?.weight ?? 0,
    })),
  }
  return { ...view, text: showProposal(view, await showCall(chain, call, { at, now }), now) }
}

/** @throws CliError where there is no such group */
export async function getGroup(chain: Chain, id: number, at?: string): Promise<Group> {
  const group = await chain.groups.get(id, at)
  if (group !== null) return group
  throw usageError(
    `There is no group ${id} on this chain; "covenant group create" makes one and prints its id`,
  )
}

function showProposal(view: Omit<OpenProposal, 'text'>, call: string, now: number): string {
  const { group, proposal, votes, approved, rejected, threshold, missing } = view
  return paragraphs(
    `Proposal ${group.id}/${proposal.id} of the group "${group.name}" (${proposal.kind})`,
    indent(call),
    fields([
      ['call hash', view.call.hash],
      ['proposer', proposal.proposer],
      ['expires', `${formatTime(proposal.expires)} (${formatDistance(proposal.expires, now)})`],
      ['weight', `${approved} of ${threshold} approve, ${rejected} reject, ${missing} missing`],
    ]),
    table(
      ['MEMBER', 'VOTE', 'WEIGHT'],
      votes.map(({ member, vote, weight }) => [member, vote, weight]),
      '',
    ),
  )
}

function tooLate(message: string): CliError {
  return new CliError(message, EXIT.rejected)
}
