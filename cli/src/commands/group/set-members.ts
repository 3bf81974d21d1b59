import { accountOf } from '../../accounts.ts'
import type { MemberArgument } from '../../arguments.ts'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { getGroup } from '../../proposals.ts'
import { type OwnOptions, proposeOwn } from './propose-own.ts'
import { membersOf, requireReachable } from './thresholds.ts'

export type SetMembersOptions = OwnOptions & {
  /** Who joins, or has another weight from then on. */
  member?: MemberArgument[]
  /** Who leaves. */
  remove?: string[]
  deployThreshold?: number
  cancelThreshold?: number
  spendThreshold?: number
  governThreshold?: number
}

/** Proposes to a group who is in it, and by which weight it decides; what is not named stays. */
export async function setMembers(options: SetMembersOptions, context: Context): Promise<Report> {
  return withChain(options.chain, async (chain) => {
    const signer = await loadSigner(options.key, chain, context)
    const group = await getGroup(chain, options.group)
    const given = membersOf(options.member ?? [], chain)
    const leaving = (options.remove ?? []).map((name) => accountOf(name, chain))
    for (const account of leaving) {
      if (group.members.some((member) => member.account === account)) continue
      throw usageError(`--remove: ${account} is no member of group ${group.id}`)
    }
    const stays = group.members
      .filter(({ account }) => !leaving.includes(account))
      .map((member) => given.find(({ account }) => account === member.account) ?? member)
    const joining = given.filter(
      ({ account }) => !group.members.some((member) => member.account === account),
    )
    const members = [...stays, ...joining]
    const { deploy, cancel, spend, govern } = group.thresholds
    const thresholds = {
      deploy: options.deployThreshold ?? deploy,
      cancel: options.cancelThreshold ?? cancel,
      spend: options.spendThreshold ?? spend,
      govern: options.governThreshold ?? govern,
    }
    requireReachable(thresholds, members)
    const call = chain.calls.groups.setMembers({ members, thresholds })
    const { expires, yes } = options
    return proposeOwn(chain, { group, call, expires, yes, signer, context })
  })
}
