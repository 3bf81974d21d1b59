/** One call, made by whoever signs, or proposed to a group that is to make it. */
import type { Account, Call, Chain, Signer } from '@covenant/chain-client'
import { type Landed, send } from './chain.ts'
import { requireConsent } from './confirm.ts'
import type { Context, Report } from './context.ts'
import { paragraphs } from './output.ts'
import { proposeCall } from './propose-call.ts'
import { getGroup } from './proposals.ts'
import { showVote } from './votes.ts'

/** What commands take that a group may be asked to do instead. */
export type ActOptions = {
  /** The group that is asked. */
  as?: number
  /** Seconds that the proposal may be voted on. */
  expires: number
  yes: boolean
  key?: string
  chain: string
}

/** Who would make the call. */
export function actorOf(
  chain: Chain,
  signer: Signer,
  { as }: { as?: number | undefined },
): Account {
  return as === undefined ? signer.address : chain.groups.accountOf(as)
}

export type CarryOut = Pick<ActOptions, 'as' | 'expires' | 'yes'> & {
  call: Call
  /** A sentence, as in "Node 1 would be gone for good." */
  what: string
  question: string
  /** What a proposal is for, as in "remove node 1". */
  aim: string
  signer: Signer
  context: Context
}

/** Asks, signs, and reports what came of it; of a group, opens the proposal, which others decide. */
export async function carryOut(
  chain: Chain,
  { call, as, expires, yes, what, question, aim, signer, context }: CarryOut,
  reportOf: (outcome: Landed, landed: LandedData) => Report,
): Promise<Report> {
  if (as === undefined) {
    await requireConsent(context, { what, question, yes })
    const outcome = await send(chain, { call, signer, context })
    return reportOf(outcome, landedData(outcome))
  }
  const proposed = await proposeCall(chain, {
    ...{ group: await getGroup(chain, as), call, signer, context },
    expires: (await chain.clock.now()) + expires,
  })
  return {
    data: proposed,
    text: paragraphs(
      `Proposed ${proposed.address} in block ${proposed.block.height}: ${aim}`,
      showVote(proposed),
    ),
  }
}

type LandedData = ReturnType<typeof landedData>

/** What `--json` has of every transaction. */
export function landedData({ blockHeight: height, blockHash: hash, extrinsicHash, fee }: Landed) {
  return { block: { height, hash }, extrinsicHash, fee }
}
