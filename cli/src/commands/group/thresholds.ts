import type { Account, Chain, Member, Thresholds } from '@covenant/chain-client'
import { accountOf } from '../../accounts.ts'
import type { MemberArgument } from '../../arguments.ts'
import { usageError } from '../../errors.ts'

/** The members that `--member` names. @throws CliError where one is named twice */
export function membersOf(written: MemberArgument[], chain: Chain): Member[] {
  return written.map(({ name, weight, permissions }) => {
    const account = accountOf(name, chain)
    if (written.filter((other) => accountOf(other.name, chain) === account).length > 1) {
      throw usageError(`--member ${name}: this account is named twice; add its weights up`)
    }
    return { account, weight, permissions }
  })
}

/** @throws CliError where the chain would refuse these thresholds for these members */
export function requireReachable(thresholds: Thresholds, members: Member[]): void {
  const { deploy, cancel, spend, govern } = thresholds
  const highest = Math.max(deploy, cancel, spend)
  if (govern < highest) {
    throw usageError(
      `--govern-threshold ${govern}: whoever can change the group can do all else, so it is ${highest} or more`,
    )
  }
  const reachable = weightOf(members)
  if (govern > reachable) {
    throw usageError(
      `Thresholds go up to ${govern}, but the members who may approve weigh ${reachable} together: lower the thresholds, or raise the weights`,
    )
  }
  if (!members.some(({ permissions }) => permissions.includes('PROPOSE'))) {
    throw usageError('No member may propose: the group could never do anything')
  }
}

/** What the members who may approve weigh together; of `account` alone where it is given. */
export function weightOf(members: Member[], account?: Account): number {
  return members
    .filter(({ permissions }) => permissions.includes('APPROVE'))
    .filter((member) => account === undefined || member.account === account)
    .reduce((sum, { weight }) => sum + weight, 0)
}
