/** A proposal as an approver has to see it: from chain data alone, all of it at one block. */
import type { Account, Call, Chain, Group, Hex, Outlook, Proposal } from '@covenant/chain-client'
import type { ProposalAddress } from '../arguments.ts'
import { CliError, usageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { getGroup } from '../proposals.ts'
import { type Ballot, readBallot } from './ballot.ts'
import type { Effect } from './effect.ts'
import { describeCall } from './effects/index.ts'
import { staleReasons } from './stale.ts'

export type Review = {
  block: { height: number; hash: Hex; now: number }
  group: Group
  proposal: Proposal
  /** Decoded from the bytes in the proposal; its hash is computed here. */
  call: Call
  effect: Effect
  /** What the chain says would come of the call if the votes that are missing were cast now. */
  outlook: Outlook
  ballot: Ballot
  /** Why it can no longer be voted on. */
  stale: string[]
}

/** @throws CliError with code 4 where the proposal is closed, 2 where it never was */
export async function readReview(
  chain: Chain,
  address: ProposalAddress,
  viewer?: Account,
): Promise<Review> {
  const { height, hash } = await chain.finalizedHead()
  const [group, proposal, now, version, outlook] = await Promise.all([
    getGroup(chain, address.group, hash),
    chain.groups.proposal(address.group, address.proposal, hash),
    chain.clock.now(hash),
    chain.runtimeVersion(hash),
    chain.groups.wouldCarryOut(address.group, address.proposal, hash),
  ])
  if (proposal === null) throw notOpen(address, group)
  const call = chain.decodeCall(proposal.call)
  const effect = await describeCall(call, { chain, at: hash, now, owner: group.account })
  return {
    block: { height, hash, now },
    group,
    proposal,
    call,
    effect,
    outlook,
    ballot: readBallot(group, proposal, viewer),
    stale: staleReasons(proposal, group, { now, ...version }),
  }
}

function notOpen({ group: id, proposal }: ProposalAddress, group: Group): CliError {
  if (proposal >= group.nextProposal) {
    return usageError(
      `There is no proposal ${id}/${proposal}; "covenant proposals ${id}" shows them`,
    )
  }
  return new CliError(
    `${id}/${proposal} is closed: it was executed, rejected, withdrawn or cleared ("covenant proposals ${id}" says which)`,
    EXIT.rejected,
  )
}
