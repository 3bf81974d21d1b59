import type { ProposalAddress } from '../../arguments.ts'
import { send, withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { CliError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { readOpenProposal } from '../../proposals.ts'
import { requirePermission } from '../../propose-call.ts'
import { readVote, showVote } from '../../votes.ts'

export type VoteOptions = {
  vote: 'approve' | 'reject'
  address: ProposalAddress
  yes: boolean
  key?: string
  chain: string
}

/**
 * Votes on a proposal, after showing what the chain says that it is at this moment. An approval
 * repeats the whole call, so it can only ever count for what was shown.
 */
export async function castVote(
  { vote, address, yes, key, chain: endpoint }: VoteOptions,
  context: Context,
): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const signer = await loadSigner(key, chain)
    const open = await readOpenProposal(chain, address)
    requirePermission(open.group, signer.address, 'APPROVE')
    const question = vote === 'approve' ? 'Approve exactly this?' : 'Reject this?'
    if (!(await context.confirm({ what: open.text, question, yes }))) {
      throw new CliError('Nothing was signed')
    }
    const call =
      vote === 'approve'
        ? chain.calls.groups.approve({ ...address, call: open.call })
        : chain.calls.groups.reject(address)
    const outcome = await send(chain, { call, signer, context })
    const result = readVote(outcome, {
      group: open.group,
      proposal: address.proposal,
      kind: open.proposal.kind,
      votes: open.proposal.votes,
    })
    const done = vote === 'approve' ? 'Approved' : 'Voted against'
    return {
      data: { ...result, call: { hex: open.call.hex, hash: open.call.hash } },
      text: `${done} in block ${result.block.height}. ${showVote(result)}`,
    }
  })
}
