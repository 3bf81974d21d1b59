import type { DeploymentFile } from '@covenant/schema/deployment'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { type OfferOptions, placesOf, readDeploymentFile, termsOf } from '../../offers.ts'
import { makePlan } from '../../plan/make.ts'
import { requirePermission } from '../../propose-call.ts'
import { getGroup } from '../../proposals.ts'
import type { WaitOptions } from '../../waits.ts'
import { sendProposal } from './send.ts'

export type ProposeOptions = OfferOptions &
  WaitOptions & { group: number; file: string; key?: string; chain: string }

/** Proposes to a group what "covenant plan" would show of a file, without keeping the plan. */
export async function propose(options: ProposeOptions, context: Context): Promise<Report> {
  const file = await readDeploymentFile(options.file)
  requireOwner(file, options.group)
  placesOf(file, options.node)
  return withChain(options.chain, async (chain) => {
    const { wait, timeout } = options
    const signer = await loadSigner(options.key, chain, context)
    const group = await getGroup(chain, options.group)
    requirePermission(group, signer.address, 'PROPOSE')
    const plan = await makePlan(chain, {
      ...(await termsOf(chain, file, options)),
      ...{ file, owner: group.account, viewer: signer.address },
    })
    return sendProposal(chain, { plan, group, signer, wait, timeout, context })
  })
}

/** A file that names another owner than the group is not this group's to propose. */
function requireOwner({ deployment: { owner }, problem }: DeploymentFile, group: number) {
  if (owner === undefined || (owner.type === 'group' && owner.id === group)) return
  const written = owner.type === 'group' ? `group:${owner.id}` : owner.address
  const what = `is ${written}, but group ${group} would own it: change or remove it`
  throw usageError(problem(['owner'], what).message)
}
