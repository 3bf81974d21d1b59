import type { ProposalAddress } from '../../arguments.ts'
import { withChain } from '../../chain.ts'
import type { Report } from '../../context.ts'
import { readOpenProposal } from '../../proposals.ts'

export type ShowProposalOptions = { address: ProposalAddress; chain: string }

/** What whoever votes would be shown; signs nothing. */
export async function showProposal({ address, chain }: ShowProposalOptions): Promise<Report> {
  return withChain(chain, async (connected) => {
    const { text, ...facts } = await readOpenProposal(connected, address)
    return { data: facts, text }
  })
}
