import { formatAmount } from '@covenant/schema/amount'
import { accountOf } from '../../accounts.ts'
import { send as sendCall, withChain } from '../../chain.ts'
import { requireConsent } from '../../confirm.ts'
import type { Context, Report } from '../../context.ts'
import { loadSigner } from '../../keys.ts'

export type SendOptions = { to: string; amount: bigint; yes: boolean; key?: string; chain: string }

/** Transfers money; the sender's account stays alive. */
export async function send(
  { to: name, amount, yes, key, chain: endpoint }: SendOptions,
  context: Context,
): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const signer = await loadSigner(key, chain, context)
    const to = accountOf(name, chain)
    const what = `${formatAmount(amount)} would go from ${signer.address} to ${name === to ? to : `${name}, ${to}`}.`
    await requireConsent(context, { what, question: `Send ${formatAmount(amount)}?`, yes })
    const call = chain.calls.balances.transferKeepAlive({ to, amount })
    const outcome = await sendCall(chain, { call, signer, context })
    const { blockHeight: height, blockHash: hash, extrinsicHash, fee } = outcome
    return {
      data: { from: signer.address, to, amount, block: { height, hash }, extrinsicHash, fee },
      text: `Sent ${formatAmount(amount)} to ${name} in block ${height}.`,
    }
  })
}
