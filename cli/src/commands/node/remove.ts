import { formatAmount } from '@covenant/schema/amount'
import { carryOut } from '../../carry-out.ts'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { CliError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { getOwnNode, type OwnNodeOptions } from './own.ts'

/** Takes a node of one's own off the chain, once no contract is left on it; its deposit comes back. */
export async function removeNode(options: OwnNodeOptions, context: Context): Promise<Report> {
  const { node: id } = options
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const { contracts, deposit } = await getOwnNode(chain, signer, options)
    if (contracts > 0) {
      throw new CliError(
        `Node ${id} has ${contracts} contracts that are not closed ("covenant contract list --node ${id}"): retire it first, covenant node retire ${id}, and have them closed`,
      )
    }
    const act = {
      ...options,
      call: chain.calls.nodes.remove({ node: id }),
      what: `Node ${id} would be gone for good; its deposit of ${formatAmount(deposit)} comes back.`,
      question: `Remove node ${id}?`,
      aim: `remove node ${id}`,
    }
    return carryOut(chain, { ...act, signer, context }, ({ blockHeight }, landed) => ({
      data: { node: id, deposit, ...landed },
      text: `Node ${id} is removed in block ${blockHeight}; its deposit of ${formatAmount(deposit)} came back.`,
    }))
  })
}
