import { formatAmount } from '@covenant/schema/amount'
import { accountOf } from '../../accounts.ts'
import { type ActOptions, actorOf, carryOut } from '../../carry-out.ts'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { loadSigner } from '../../keys.ts'

export type SendOptions = ActOptions & { to: string; amount: bigint }

/** Transfers money, one's own or, by a proposal, a group's; the sender's account stays alive. */
export async function send(options: SendOptions, context: Context): Promise<Report> {
  const { to: name, amount } = options
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const to = accountOf(name, chain)
    const from = actorOf(chain, signer, options)
    const act = {
      ...options,
      call: chain.calls.balances.transferKeepAlive({ to, amount }),
      what: `${formatAmount(amount)} would go from ${from} to ${name === to ? to : `${name}, ${to}`}.`,
      question: `Send ${formatAmount(amount)}?`,
      aim: `pay ${formatAmount(amount)} to ${name}`,
    }
    return carryOut(chain, { ...act, signer, context }, ({ blockHeight }, landed) => ({
      data: { from, to, amount, ...landed },
      text: `Sent ${formatAmount(amount)} to ${name} in block ${blockHeight}.`,
    }))
  })
}
