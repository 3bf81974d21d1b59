import type { Chain, Contract, Signer } from '@covenant/chain-client'
import { formatAmount } from '@covenant/schema/amount'
import { send, withChain } from '../../chain.ts'
import { requireConsent } from '../../confirm.ts'
import type { Context, Report } from '../../context.ts'
import { CliError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { paragraphs } from '../../output.ts'
import { proposeCall } from '../../propose-call.ts'
import { getGroup } from '../../proposals.ts'
import { lastsFor } from '../../review/money.ts'
import { eventsOf, showVote } from '../../votes.ts'
import { getOpenContract } from './open.ts'

export type TopUpOptions = {
  contract: number
  amount: bigint
  /** The group that is asked to pay. */
  as?: number
  /** Seconds that the proposal may be voted on. */
  expires: number
  yes: boolean
  key?: string
  chain: string
}

/** Adds to a contract's escrow, from one's own money or, by a proposal, a group's; whoever owns it. */
export async function topUp(options: TopUpOptions, context: Context): Promise<Report> {
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const contract = await getOpenContract(chain, options.contract)
    const given = { ...options, contract, signer, context }
    return options.as === undefined
      ? topUpAlone(chain, given)
      : proposeTopUp(chain, { ...given, group: options.as })
  })
}

type TopUp = { contract: Contract; amount: bigint; signer: Signer; context: Context }

async function topUpAlone(
  chain: Chain,
  { contract, amount, yes, signer, context }: TopUp & { yes: boolean },
): Promise<Report> {
  const { id, owner } = contract
  const whose = owner === signer.address ? '' : `, which ${owner} owns and gets the rest of`
  const what = `${formatAmount(amount)} would go into the escrow of contract ${id}${whose}.`
  await requireConsent(context, { what, question: `Top up contract ${id}?`, yes })
  const call = chain.calls.contracts.topUp({ contract: id, amount })
  const outcome = await send(chain, { call, signer, context })
  const [added] = eventsOf(outcome.events, 'contracts.ToppedUp')
  if (added === undefined) throw new CliError(`The chain did not say that contract ${id} got it`)
  const { escrow, state } = added
  const rate = (contract.running ?? contract.pending?.spec)?.rate ?? 0n
  const { blockHeight: height, blockHash: hash, extrinsicHash, fee } = outcome
  return {
    data: { contract: id, amount, escrow, state, block: { height, hash }, extrinsicHash, fee },
    text: `Contract ${id} has an escrow of ${formatAmount(escrow)} in block ${height}, which lasts ${lastsFor(escrow, rate)}; it is ${state}.`,
  }
}

async function proposeTopUp(
  chain: Chain,
  {
    contract,
    amount,
    group: id,
    expires,
    signer,
    context,
  }: TopUp & { group: number; expires: number },
): Promise<Report> {
  const proposed = await proposeCall(chain, {
    group: await getGroup(chain, id),
    call: chain.calls.contracts.topUp({ contract: contract.id, amount }),
    expires: (await chain.clock.now()) + expires,
    signer,
    context,
  })
  return {
    data: proposed,
    text: paragraphs(
      `Proposed ${proposed.address} in block ${proposed.block.height}: add ${formatAmount(amount)} to the escrow of contract ${contract.id}`,
      showVote(proposed),
    ),
  }
}
