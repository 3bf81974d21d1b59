import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { planAgain, readPlan } from '../../plan/file.ts'
import type { Plan } from '../../plan/make.ts'
import { proposeCall } from '../../propose-call.ts'
import { waitAfterVote } from '../../wait-decided.ts'
import type { WaitOptions } from '../../waits.ts'
import { type Proposed, reportProposed } from './report.ts'

export type ProposePlanOptions = WaitOptions & { plan: string; key?: string; chain: string }

/** Proposes to a group what was planned, its very call, once nothing has moved since. */
export async function proposePlan(
  { plan: path, wait, timeout, key, chain: endpoint }: ProposePlanOptions,
  context: Context,
): Promise<Report> {
  const saved = await readPlan(path)
  return withChain(endpoint, async (chain) => {
    const signer = await loadSigner(key, chain, context)
    const plan = await planAgain(chain, path, { saved, viewer: signer.address })
    const { group, calls, input } = plan
    if (group === null) throw usageError(`${path} is an account's own: covenant apply ${path}`)
    const { note: first, offer: call } = calls
    const proposed = await proposeCall(chain, {
      ...{ group, first, call, signer, context },
      expires: input.expires,
    })
    const waited = await waitAfterVote(chain, proposed, { wait, timeout, context })
    return reportProposed(proposed, offerOf(plan), waited)
  })
}

function offerOf({ input, node, action, contract }: Plan): Proposed {
  const { file, maxRate, expires } = input
  const updates = action === 'update' ? contract : null
  const escrow = updates === null ? input.escrow : updates.escrow
  const what = { updates: updates?.id ?? null, escrow, rate: node?.rate ?? 0n }
  return { file, node: input.node, maxRate, expires, ...what }
}
