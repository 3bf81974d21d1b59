import type { DeploymentFile } from '@covenant/schema/deployment'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import {
  createOffer,
  nodeOf,
  type OfferOptions,
  readDeploymentFile,
  warnIfPoor,
} from '../../offers.ts'
import { proposeCall } from '../../propose-call.ts'
import { getGroup } from '../../proposals.ts'
import { waitAfterVote } from '../../wait-decided.ts'
import type { WaitOptions } from '../../waits.ts'
import { reportProposed } from './report.ts'

export type ProposeOptions = OfferOptions &
  WaitOptions & { group: number; key?: string; chain: string }

/**
 * Proposes to a group that it deploys a file: keeps the body on chain and opens the proposal, in
 * one transaction.
 */
export async function propose(options: ProposeOptions, context: Context): Promise<Report> {
  const file = await readDeploymentFile(options.file)
  requireOwner(file, options.group)
  nodeOf(file, options.node)
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const group = await getGroup(chain, options.group)
    const offer = await createOffer(chain, file, options, context)
    const name = `group:${group.id}`
    await warnIfPoor(chain, { owner: group.account, name, offer }, context)
    const { note, create, expires } = offer
    const proposed = await proposeCall(chain, {
      group,
      first: note,
      call: create,
      expires,
      signer,
      context,
    })
    const waited = await waitAfterVote(chain, proposed, { ...options, context })
    return reportProposed(proposed, offer, waited)
  })
}

/** A file that names another owner than the group is not this group's to propose. */
function requireOwner({ deployment: { owner }, problem }: DeploymentFile, group: number) {
  if (owner === undefined || (owner.type === 'group' && owner.id === group)) return
  const written = owner.type === 'group' ? `group:${owner.id}` : owner.address
  const what = `is ${written}, but group ${group} would own it: change or remove it`
  throw usageError(problem(['owner'], what).message)
}
