import { formatAmount } from '@covenant/schema/amount'
import { send, withChain } from '../../chain.ts'
import { requireConsent } from '../../confirm.ts'
import type { Context, Report } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { paragraphs } from '../../output.ts'
import { getGroup } from '../../proposals.ts'
import { proposeCall } from '../../propose-call.ts'
import { eventsOf, showVote } from '../../votes.ts'
import { getOpenContract } from './open.ts'
import type { Chain, Contract, Signer } from '@covenant/chain-client'

export type CancelOptions = {
  contract: number
  /** The group that owns it, and is asked. */
  as?: number
  /** Seconds that the proposal may be voted on. */
  expires: number
  yes: boolean
  key?: string
  chain: string
}

/** Ends a contract of one's own; of a group's, proposes to that group to end it. */
export async function cancelContract(options: CancelOptions, context: Context): Promise<Report> {
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const contract = await getOpenContract(chain, options.contract)
    return options.as === undefined
      ? cancelOwn(chain, { contract, signer, yes: options.yes, context })
      : proposeCancel(chain, { ...options, contract, group: options.as, signer, context })
  })
}

type CancelOwn = { contract: Contract; signer: Signer; yes: boolean; context: Context }

async function cancelOwn(
  chain: Chain,
  { contract, signer, yes, context }: CancelOwn,
): Promise<Report> {
  const { id, owner, escrow } = contract
  if (owner !== signer.address) {
    const group = await chain.groups.byAccount(owner)
    const help =
      group === null
        ? `sign with the key of ${owner}`
        : `propose it: covenant contract cancel ${id} --as group:${group}`
    throw new CliError(`Contract ${id} is not owned by ${signer.address}; ${help}`)
  }
  const what = `Contract ${id} would end now; what is left of its escrow of ${formatAmount(escrow)} comes back.`
  await requireConsent(context, { what, question: `End contract ${id}?`, yes })
  const call = chain.calls.contracts.cancel({ contract: id })
  const outcome = await send(chain, { call, signer, context })
  const [closed] = eventsOf(outcome.events, 'contracts.Closed')
  if (closed === undefined) throw new CliError(`The chain did not say that contract ${id} closed`)
  const { blockHeight: height, blockHash: hash, extrinsicHash, fee } = outcome
  return {
    data: { ...closed, block: { height, hash }, extrinsicHash, fee },
    text: `Contract ${id} is closed in block ${height}; ${formatAmount(closed.refund)} of its escrow came back.`,
  }
}

type ProposeCancel = {
  contract: Contract
  group: number
  expires: number
  signer: Signer
  context: Context
}

async function proposeCancel(
  chain: Chain,
  { contract, group: groupId, expires, signer, context }: ProposeCancel,
): Promise<Report> {
  const group = await getGroup(chain, groupId)
  if (contract.owner !== group.account) {
    throw usageError(
      `Contract ${contract.id} is owned by ${contract.owner}, not by group ${groupId} (${group.account})`,
    )
  }
  const proposed = await proposeCall(chain, {
    group,
    call: chain.calls.contracts.cancel({ contract: contract.id }),
    expires: (await chain.clock.now()) + expires,
    signer,
    context,
  })
  return {
    data: proposed,
    text: paragraphs(
      `Proposed ${proposed.address} in block ${proposed.block.height}: cancel contract ${contract.id}`,
      showVote(proposed),
    ),
  }
}
