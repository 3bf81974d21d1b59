import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { EXIT } from '../../exit-codes.ts'
import { loadSigner } from '../../keys.ts'
import { type OfferOptions, placesOf, readDeploymentFile, termsOf } from '../../offers.ts'
import { keptBasis, movedSince, requireAccepted } from '../../plan/file.ts'
import { makePlan } from '../../plan/make.ts'
import { showPlan } from '../../plan/show.ts'
import type { WaitOptions } from '../../waits.ts'
import { sendProposal } from '../proposal/send.ts'
import { carryOut } from './apply.ts'
import { ownerOf } from './plan.ts'

export type UpdateOptions = OfferOptions &
  WaitOptions & { file: string; owner?: string; yes: boolean; key?: string; chain: string }

/**
 * Offers what a file says to the contracts of its name that run, beside which it waits for their
 * nodes: one's own after asking, a group's by a proposal.
 */
export async function update(options: UpdateOptions, context: Context): Promise<Report> {
  const { yes, wait, timeout } = options
  const file = await readDeploymentFile(options.file)
  placesOf(file, options.node)
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const owner = ownerOf(file, { flag: options.owner, own: signer.address })
    const input = {
      ...(await termsOf(chain, file, options)),
      ...{ file, owner, viewer: signer.address },
    }
    const plan = await makePlan(chain, input)
    const fresh = plan.parts.find(({ action }) => action === 'create')
    if (fresh) {
      throw new CliError(
        `Nothing of "${file.body.name}" runs on node ${fresh.node} for ${owner}; to begin it: covenant plan ${options.file} -o plan.json`,
      )
    }
    requireAccepted(plan)
    const { group } = plan
    if (group !== null) return sendProposal(chain, { plan, group, signer, wait, timeout, context })
    if (owner !== signer.address) throw usageError(`${owner} owns it: sign with its key`)
    const basis = keptBasis(plan)
    const again = async () => {
      const now = await makePlan(chain, input)
      const moved = movedSince(now, basis)
      if (moved.length > 0) {
        const what = `${moved.join(', ')} changed meanwhile`
        throw new CliError(`${what}: look at it again and repeat the command`, EXIT.stale)
      }
      requireAccepted(now)
      return now
    }
    return carryOut(chain, { what: showPlan(plan), again, signer, yes, wait, timeout, context })
  })
}
