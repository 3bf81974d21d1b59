import { send, withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { planAgain, readPlan } from '../../plan/file.ts'
import { showPlan } from '../../plan/show.ts'
import { eventsOf } from '../../votes.ts'

export type ApplyOptions = { plan: string; yes: boolean; key?: string; chain: string }

/** Carries out a plan of one's own account, once it still holds; keeps the body and offers it. */
export async function apply(
  { plan: path, yes, key, chain: endpoint }: ApplyOptions,
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
    if (!(await context.confirm({ what, question: 'Do exactly this?', yes }))) {
      throw new CliError('Nothing was signed')
    }
    const { note, create } = (await planAgain(chain, path, { saved, viewer: signer.address })).calls
    const call = chain.calls.utility.batchAll({ calls: [note, create] })
    const outcome = await send(chain, { call, signer, context })
    const [created] = eventsOf(outcome.events, 'contracts.Created')
    if (created === undefined) throw new CliError('The chain announced no contract')
    const { blockHeight: height, blockHash: hash, extrinsicHash, fee } = outcome
    return {
      data: { contract: created.contract, block: { height, hash }, extrinsicHash, fee },
      text: `Contract ${created.contract} is offered to node ${created.node} in block ${height}.\nNext: covenant contract show ${created.contract} --wait running`,
    }
  })
}
