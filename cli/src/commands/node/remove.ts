import { formatAmount } from '@covenant/schema/amount'
import { send, withChain } from '../../chain.ts'
import { requireConsent } from '../../confirm.ts'
import type { Context, Report } from '../../context.ts'
import { CliError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { getOwnNode, type OwnNodeOptions } from './set-state.ts'

/** Takes a node of one's own off the chain, once no contract is left on it; its deposit comes back. */
export async function removeNode(
  { node: id, yes, key, chain: endpoint }: OwnNodeOptions,
  context: Context,
): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const signer = await loadSigner(key, chain, context)
    const { contracts, deposit } = await getOwnNode(chain, id, signer.address)
    if (contracts > 0) {
      throw new CliError(
        `Node ${id} has ${contracts} contracts that are not closed ("covenant contract list --node ${id}"): retire it first, covenant node retire ${id}, and have them closed`,
      )
    }
    const what = `Node ${id} would be gone for good; its deposit of ${formatAmount(deposit)} comes back.`
    await requireConsent(context, { what, question: `Remove node ${id}?`, yes })
    const call = chain.calls.nodes.remove({ node: id })
    const outcome = await send(chain, { call, signer, context })
    const { blockHeight: height, blockHash: hash, extrinsicHash, fee } = outcome
    return {
      data: { node: id, deposit, block: { height, hash }, extrinsicHash, fee },
      text: `Node ${id} is removed in block ${height}; its deposit of ${formatAmount(deposit)} came back.`,
    }
  })
}
