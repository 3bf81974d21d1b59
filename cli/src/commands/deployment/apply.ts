import { send, withChain } from '../../chain.ts'
import { requireConsent } from '../../confirm.ts'
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
    await requireConsent(context, { what, question: 'Do exactly this?', yes })
    const { note, offer } = (await planAgain(chain, path, { saved, viewer: signer.address })).calls
    const call = chain.calls.utility.batchAll({ calls: [note, offer] })
    const outcome = await send(chain, { call, signer, context })
    const [created] = eventsOf(outcome.events, 'contracts.Created')
    const [updated] = eventsOf(outcome.events, 'contracts.UpdateOffered')
    const offered = created ?? updated
    if (offered === undefined) throw new CliError('The chain announced no offer')
    const { contract, node, version } = offered
    const { blockHeight: height, blockHash: hash, extrinsicHash, fee } = outcome
    return {
      data: { contract, version, block: { height, hash }, extrinsicHash, fee },
      text: `${created ? `Contract ${contract}` : `Version ${version} of contract ${contract}`} is offered to node ${node} in block ${height}.\nNext: covenant contract show ${contract}${created ? ' --wait running' : ''}`,
    }
  })
}
