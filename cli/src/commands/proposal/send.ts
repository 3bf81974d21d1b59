import type { Chain, Group, Signer } from '@covenant/chain-client'
import type { Context, Report } from '../../context.ts'
import { requireAccepted } from '../../plan/file.ts'
import type { Plan } from '../../plan/make.ts'
import { proposeCall } from '../../propose-call.ts'
import { waitAfterVote } from '../../wait-decided.ts'
import type { WaitOptions } from '../../waits.ts'
import { reportProposed } from './report.ts'

type Send = WaitOptions & { plan: Plan; group: Group; signer: Signer; context: Context }

/** Keeps the plan's body on chain and proposes its call, in one transaction; then waits. */
export async function sendProposal(
  chain: Chain,
  { plan, group, signer, context, ...wait }: Send,
): Promise<Report> {
  const call = requireAccepted(plan)
  for (const warning of plan.warnings) context.say(`note: ${warning}`)
  const { input, calls } = plan
  const proposed = await proposeCall(chain, {
    ...{ group, first: calls.note, call, expires: input.expires },
    ...{ signer, context },
  })
  const waited = await waitAfterVote(chain, proposed, { ...wait, context })
  return reportProposed(proposed, plan, waited)
}
