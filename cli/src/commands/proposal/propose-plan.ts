import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { planAgain, readPlan } from '../../plan/file.ts'
import type { WaitOptions } from '../../waits.ts'
import { sendProposal } from './send.ts'

export type ProposePlanOptions = WaitOptions & { plan: string; key?: string; chain: string }

/** Proposes to a group what was planned, its very call, once nothing has moved since. */
export async function proposePlan(
  { plan: path, key, chain: endpoint, ...wait }: ProposePlanOptions,
  context: Context,
): Promise<Report> {
  const saved = await readPlan(path)
  return withChain(endpoint, async (chain) => {
    const signer = await loadSigner(key, chain, context)
    const plan = await planAgain(chain, path, { saved, viewer: signer.address })
    const { group } = plan
    if (group === null) throw usageError(`${path} is an account's own: covenant apply ${path}`)
    return sendProposal(chain, { plan, group, signer, context, ...wait })
  })
}
