import type { Chain, Signer } from '@covenant/chain-client'
import { landedData } from '../../carry-out.ts'
import { send, withChain } from '../../chain.ts'
import { requireConsent } from '../../confirm.ts'
import type { Context, Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { planAgain, readPlan } from '../../plan/file.ts'
import type { Plan } from '../../plan/make.ts'
import { showPlan } from '../../plan/show.ts'
import { nextAfter, offersIn, showOffered } from '../../votes.ts'
import { showStates, waitAfterOffer } from '../../wait-decided.ts'
import type { WaitOptions } from '../../waits.ts'

export type ApplyOptions = WaitOptions & {
  plan: string
  yes: boolean
  key?: string
  chain: string
}

/** Carries out a plan of one's own account, once it still holds; keeps the body and offers it. */
export async function apply(
  { plan: path, yes, wait, timeout, key, chain: endpoint }: ApplyOptions,
  context: Context,
): Promise<Report> {
  const saved = await readPlan(path)
  return withChain(endpoint, async (chain) => {
    const signer = await loadSigner(key, chain, context)
    const shown = await planAgain(chain, path, { saved, viewer: signer.address })
    if (shown.group !== null) {
      throw usageError(`${path} is a group's: covenant propose ${path}`)
    }
    if (saved.owner !== signer.address) {
      throw usageError(`${path} was made for ${saved.owner}: sign with its key`)
    }
    return carryOut(chain, {
      what: showPlan(shown, `covenant apply ${path}`),
      again: () => planAgain(chain, path, { saved, viewer: signer.address }),
      ...{ signer, yes, wait, timeout, context },
    })
  })
}

export type CarryOut = WaitOptions & {
  /** What is shown before it is asked for. */
  what: string
  /** Makes the plan anew when it was agreed to. @throws CliError where anything has moved */
  again: () => Promise<Plan>
  signer: Signer
  yes: boolean
  context: Context
}

/** Asks, keeps the body and offers it, all of it in one transaction; then waits. */
export async function carryOut(
  chain: Chain,
  { what, again, signer, yes, wait, timeout, context }: CarryOut,
): Promise<Report> {
  await requireConsent(context, { what, question: 'Do exactly this?', yes })
  const { parts, calls } = await again()
  // Not the plan's own batch within another: all of it is one.
  const offered = parts.flatMap(({ call }) => call ?? [])
  const call = chain.calls.utility.batchAll({ calls: [calls.note, ...offered] })
  const outcome = await send(chain, { call, signer, context })
  const offers = offersIn(outcome.events)
  const { blockHeight } = outcome
  const waited = await waitAfterOffer(chain, offers, { wait, timeout, context })
  return {
    data: { offers: waited, ...landedData(outcome) },
    text: [
      `In block ${blockHeight}: ${offers.map(showOffered).join('; ')}.`,
      showStates(waited) ?? nextAfter(offers).trim(),
    ].join('\n'),
  }
}
