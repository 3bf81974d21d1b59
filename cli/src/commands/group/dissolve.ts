import { accountOf } from '../../accounts.ts'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { loadSigner } from '../../keys.ts'
import { getGroup } from '../../proposals.ts'
import { type OwnOptions, proposeOwn } from './propose-own.ts'

export type DissolveOptions = OwnOptions & { to: string }

/** Proposes to a group that it ends, and that an account gets what it has. */
export async function dissolve(options: DissolveOptions, context: Context): Promise<Report> {
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const group = await getGroup(chain, options.group)
    const call = chain.calls.groups.dissolve({ beneficiary: accountOf(options.to, chain) })
    const { expires, yes } = options
    return proposeOwn(chain, { group, call, expires, yes, signer, context })
  })
}
