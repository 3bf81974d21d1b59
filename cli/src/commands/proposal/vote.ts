import type { Account, Call, Chain, Permission, Signer } from '@covenant/chain-client'
import type { ProposalAddress } from '../../arguments.ts'
import { actorOf } from '../../carry-out.ts'
import { send, withChain } from '../../chain.ts'
import { requireConsent } from '../../confirm.ts'
import type { Context, Report } from '../../context.ts'
import { CliError } from '../../errors.ts'
import { EXIT } from '../../exit-codes.ts'
import { loadSigner } from '../../keys.ts'
import { paragraphs } from '../../output.ts'
import { proposeCall, requirePermission } from '../../propose-call.ts'
import { getGroup } from '../../proposals.ts'
import { whatMoved } from '../../review/moved.ts'
import { readReview, type Review } from '../../review/read.ts'
import { showReview } from '../../review/show.ts'
import { readVote, showVote } from '../../votes.ts'
import { showWaited, waitAfterVote } from '../../wait-decided.ts'
import type { WaitOptions } from '../../waits.ts'

export type VoteOptions = WaitOptions & {
  vote: 'approve' | 'reject'
  address: ProposalAddress
  /** A group that is a member, and is asked to vote so. */
  as?: number
  yes: boolean
  key?: string
  chain: string
}

/**
 * Votes on a proposal, after showing what the chain says that it is. At the moment of signing the
 * chain is read again, and nothing is signed where anything has moved meanwhile. An approval repeats
 * the whole call, so it can only ever count for what was shown.
 */
export async function castVote(
  { vote, address, as, yes, wait, timeout, key, chain: endpoint }: VoteOptions,
  context: Context,
): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const signer = await loadSigner(key, chain, context)
    const voter = actorOf(chain, signer, { as })
    const shown = await readReview(chain, address, voter)
    requireOpen(shown)
    // A veto is a rejection, whatever its weight.
    const enough: Permission[] = vote === 'approve' ? ['APPROVE'] : ['APPROVE', 'VETO']
    requirePermission(shown.group, voter, ...enough)
    const question = vote === 'approve' ? 'Approve exactly this?' : 'Reject this?'
    await requireConsent(context, { what: showReview(shown), question, yes })
    const review = await readAgain(chain, { address, voter, shown })
    const call =
      vote === 'approve'
        ? chain.calls.groups.approve({ ...address, call: review.call })
        : chain.calls.groups.reject(address)
    if (as !== undefined) {
      const { expires } = review.proposal
      return proposeVote(chain, { vote, address, group: as, call, expires, signer, context })
    }
    const outcome = await send(chain, { call, signer, context })
    const { group, proposal } = review
    const { kind, votes } = proposal
    const result = readVote(outcome, { group, proposal: proposal.id, kind, votes })
    const done = vote === 'approve' ? 'Approved' : 'Voted against'
    const waited = await waitAfterVote(chain, result, { wait, timeout, context })
    return {
      data: { ...result, call: { hex: review.call.hex, hash: review.call.hash }, waited },
      text: paragraphs(
        `${done} in block ${result.block.height}. ${showVote(result)}`,
        showWaited(result, waited),
      ),
    }
  })
}

type ProposeVote = Pick<VoteOptions, 'vote' | 'address'> & {
  group: number
  call: Call
  expires: number
  signer: Signer
  context: Context
}

/** A group votes as it does all else: by a proposal, which is of no use after the one it is about. */
async function proposeVote(
  chain: Chain,
  { vote, address, group, call, expires, signer, context }: ProposeVote,
): Promise<Report> {
  const proposed = await proposeCall(chain, {
    ...{ group: await getGroup(chain, group), call, expires, signer, context },
  })
  const what = `${vote} ${address.group}/${address.proposal} as group ${group}`
  return {
    data: proposed,
    text: paragraphs(
      `Proposed ${proposed.address} in block ${proposed.block.height}: ${what}`,
      showVote(proposed),
    ),
  }
}

function requireOpen({ group, proposal, stale }: Review): void {
  if (stale.length === 0) return
  throw new CliError(
    `${group.id}/${proposal.id} can no longer be voted on: ${stale.join('; ')}. Propose it again`,
    EXIT.rejected,
  )
}

type Again = { address: ProposalAddress; voter: Account; shown: Review }

/** @throws CliError with code 5 where it is no longer what was shown */
async function readAgain(chain: Chain, { address, voter, shown }: Again): Promise<Review> {
  const name = `${address.group}/${address.proposal}`
  const stale = (what: string) =>
    new CliError(
      `Nothing was signed: since ${name} was shown, ${what}. Look at it again: covenant review ${name}`,
      EXIT.stale,
    )
  let review: Review
  try {
    review = await readReview(chain, address, voter)
  } catch (error) {
    if (error instanceof CliError && error.exitCode === EXIT.rejected) {
      throw stale('it has been closed')
    }
    throw error
  }
  const moved = whatMoved(shown, review)
  if (moved.length > 0) throw stale(moved.join('; '))
  return review
}
