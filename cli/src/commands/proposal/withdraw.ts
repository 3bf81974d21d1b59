import type { ProposalAddress } from '../../arguments.ts'
import { withChain } from '../../chain.ts'
import { requireConsent } from '../../confirm.ts'
import type { Context, Report } from '../../context.ts'
import { CliError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { readReview } from '../../review/read.ts'
import { sendClosing } from './closing.ts'

export type WithdrawOptions = {
  address: ProposalAddress
  yes: boolean
  key?: string
  chain: string
}

/** Takes back what the signer proposed, whatever has become of the group meanwhile. */
export async function withdraw(
  { address, yes, key, chain: endpoint }: WithdrawOptions,
  context: Context,
): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const signer = await loadSigner(key, chain, context)
    const { proposal, effect } = await readReview(chain, address)
    const name = `${address.group}/${address.proposal}`
    if (proposal.proposer !== signer.address) {
      throw new CliError(
        `${name} was proposed by ${proposal.proposer}, who alone may withdraw it; vote against it: covenant reject ${name}`,
      )
    }
    const what = `${name}, by which group ${address.group} ${effect.sentence}, would be taken back.`
    await requireConsent(context, { what, question: `Withdraw ${name}?`, yes })
    const call = chain.calls.groups.withdraw(address)
    return sendClosing(chain, { proposal, call, signer, context })
  })
}
