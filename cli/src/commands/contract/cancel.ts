import { formatAmount } from '@covenant/schema/amount'
import { type ActOptions, actorOf, carryOut } from '../../carry-out.ts'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { CliError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { eventsOf } from '../../votes.ts'
import { getOpenContract, requireOwnedBy } from './open.ts'

export type CancelOptions = ActOptions & { contract: number }

/** Ends a contract of one's own; of a group's, proposes to that group to end it. */
export async function cancelContract(options: CancelOptions, context: Context): Promise<Report> {
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const contract = await getOpenContract(chain, options.contract)
    const { id, escrow } = contract
    await requireOwnedBy(chain, contract, {
      actor: actorOf(chain, signer, options),
      command: `covenant cancel ${id}`,
    })
    const act = {
      ...options,
      call: chain.calls.contracts.cancel({ contract: id }),
      what: `Contract ${id} would end now; what is left of its escrow of ${formatAmount(escrow)} comes back.`,
      question: `End contract ${id}?`,
      aim: `cancel contract ${id}`,
    }
    return carryOut(chain, { ...act, signer, context }, ({ events, blockHeight }, landed) => {
      const [closed] = eventsOf(events, 'contracts.Closed')
      if (closed === undefined) {
        throw new CliError(`The chain did not say that contract ${id} closed`)
      }
      return {
        data: { ...closed, ...landed },
        text: `Contract ${id} is closed in block ${blockHeight}; ${formatAmount(closed.refund)} of its escrow came back.`,
      }
    })
  })
}
