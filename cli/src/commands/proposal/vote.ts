import type { Chain, Permission, Signer } from '@covenant/chain-client'
import type { ProposalAddress } from '../../arguments.ts'
import { send, withChain } from '../../chain.ts'
import { requireConsent } from '../../confirm.ts'
import type { Context, Report } from '../../context.ts'
import { CliError } from '../../errors.ts'
import { EXIT } from '../../exit-codes.ts'
import { loadSigner } from '../../keys.ts'
import { paragraphs } from '../../output.ts'
import { requirePermission } from '../../propose-call.ts'
import { whatMoved } from '../../review/moved.ts'
import { readReview, type Review } from '../../review/read.ts'
import { showReview } from '../../review/show.ts'
import { readVote, showVote } from '../../votes.ts'
import { showWaited, waitAfterVote } from '../../wait-decided.ts'
import type { WaitOptions } from '../../waits.ts'

export type VoteOptions = WaitOptions & {
  vote: 'approve' | 'reject'
  address: ProposalAddress
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
  { vote, address, yes, wait, timeout, key, chain: endpoint }: VoteOptions,
  context: Context,
): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const signer = await loadSigner(key, chain, context)
    const shown = await readReview(chain, address, signer.address)
    requireOpen(shown)
    // A veto is a rejection, whatever its weight.
    const enough: Permission[] = vote === 'approve' ? ['APPROVE'] : ['APPROVE', 'VETO']
    requirePermission(shown.group, signer.address, ...enough)
    const question = vote === 'approve' ? 'Approve exactly this?' : 'Reject this?'
    await requireConsent(context, { what: showReview(shown), question, yes })
    const review = await readAgain(chain, { address, signer, shown })
    const call =
      vote === 'approve'
        ? chain.calls.groups.approve({ ...address, call: review.call })
        : chain.calls.groups.reject(address)
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

function requireOpen({ group, proposal, stale }: Review): void {
  if (stale.length === 0) return
  throw new CliError(
    `${group.id}/${proposal.id} can no longer be voted on: ${stale.join('; ')}. Propose it again`,
    EXIT.rejected,
  )
}

type Again = { address: ProposalAddress; signer: Signer; shown: Review }

/** @throws CliError with code 5 where it is no longer what was shown */
async function readAgain(chain: Chain, { address, signer, shown }: Again): Promise<Review> {
  const name = `${address.group}/${address.proposal}`
  const stale = (what: string) =>
    new CliError(
      `Nothing was signed: since ${name} was shown, ${what}. Look at it again: covenant review ${name}`,
      EXIT.stale,
    )
  let review: Review
  try {
    review = await readReview(chain, address, signer.address)
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
