import type { ProposalAddress } from '../../arguments.ts'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { CliError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { formatTime } from '../../output.ts'
import { readReview } from '../../review/read.ts'
import { sendClosing } from './closing.ts'

export type ClearOptions = { address: ProposalAddress; key?: string; chain: string }

/** Takes a proposal off the chain that nobody can decide any more; anyone may, and pays the fee. */
export async function clear(
  { address, key, chain: endpoint }: ClearOptions,
  context: Context,
): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const signer = await loadSigner(key, chain, context)
    const { proposal, stale } = await readReview(chain, address)
    if (stale.length === 0) {
      const name = `${address.group}/${address.proposal}`
      throw new CliError(
        `${name} can still be voted on until ${formatTime(proposal.expires)}: only what has expired or is stale can be cleared; its proposer may withdraw it: covenant withdraw ${name}`,
      )
    }
    const call = chain.calls.groups.clear(address)
    return sendClosing(chain, { proposal, call, signer, context })
  })
}
