import { landedData } from '../../carry-out.ts'
import { send, withChain } from '../../chain.ts'
import { requireConsent } from '../../confirm.ts'
import type { Context, Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { planAgain, readPlan } from '../../plan/file.ts'
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
    const what = showPlan(shown, `covenant apply ${path}`)
    await requireConsent(context, { what, question: 'Do exactly this?', yes })
    const again = await planAgain(chain, path, { saved, viewer: signer.address })
    const parts = again.parts.flatMap(({ call }) => call ?? [])
    // Not the plan's own batch within another: all of it is one.
    const call = chain.calls.utility.batchAll({ calls: [again.calls.note, ...parts] })
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
  })
}
