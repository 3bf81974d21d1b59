import { formatAmount } from '@covenant/schema/amount'
import { type ActOptions, carryOut } from '../../carry-out.ts'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { CliError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { lastsFor } from '../../review/money.ts'
import { eventsOf } from '../../votes.ts'
import { getOpenContract } from './open.ts'

export type TopUpOptions = ActOptions & { contract: number; amount: bigint }

/** Adds to a contract's escrow, from one's own money or, by a proposal, a group's; whoever owns it. */
export async function topUp(options: TopUpOptions, context: Context): Promise<Report> {
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const contract = await getOpenContract(chain, options.contract)
    const { amount } = options
    const { id, owner } = contract
    const whose = owner === signer.address ? '' : `, which ${owner} owns and gets the rest of`
    const act = {
      ...options,
      call: chain.calls.contracts.topUp({ contract: id, amount }),
      what: `${formatAmount(amount)} would go into the escrow of contract ${id}${whose}.`,
      question: `Top up contract ${id}?`,
      aim: `add ${formatAmount(amount)} to the escrow of contract ${id}`,
    }
    return carryOut(chain, { ...act, signer, context }, ({ events, blockHeight }, landed) => {
      const [added] = eventsOf(events, 'contracts.ToppedUp')
      if (added === undefined) {
        throw new CliError(`The chain did not say that contract ${id} got it`)
      }
      const { escrow, state } = added
      const rate = (contract.running ?? contract.pending?.spec)?.rate ?? 0n
      return {
        data: { contract: id, amount, escrow, state, ...landed },
        text: `Contract ${id} has an escrow of ${formatAmount(escrow)} in block ${blockHeight}, which lasts ${lastsFor(escrow, rate)}; it is ${state}.`,
      }
    })
  })
}
