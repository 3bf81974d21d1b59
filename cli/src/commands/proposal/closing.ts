import type { Call, Chain, Proposal, Signer } from '@covenant/chain-client'
import { formatAmount } from '@covenant/schema/amount'
import { send } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { CliError } from '../../errors.ts'
import { eventsOf } from '../../votes.ts'

type Closing = { proposal: Proposal; call: Call; signer: Signer; context: Context }

/** Sends what ends a proposal without a decision, and says where its deposit went. */
export async function sendClosing(
  chain: Chain,
  { proposal, call, signer, context }: Closing,
): Promise<Report> {
  const address = `${proposal.group}/${proposal.id}`
  const outcome = await send(chain, { call, signer, context })
  const [closed] = eventsOf(outcome.events, 'groups.ProposalClosed')
  if (closed === undefined) throw new CliError(`The chain did not say that ${address} closed`)
  const { group, proposal: id, outcome: how } = closed
  const { proposer, deposit } = proposal
  const { blockHeight: height, blockHash: hash, extrinsicHash, fee } = outcome
  return {
    data: {
      ...{ address, group, proposal: id, closed: how, proposer, deposit },
      ...{ block: { height, hash }, extrinsicHash, fee },
    },
    text: `${address} is ${how.toLowerCase()} in block ${height}; the deposit of ${formatAmount(deposit)} went back to ${proposer}.`,
  }
}
