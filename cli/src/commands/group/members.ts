import type { Group } from '@covenant/chain-client'
import { fields, paragraphs, table } from '../../output.ts'

/** Who decides, and with what weight. */
export function showMembers({ members, thresholds }: Group): string {
  const { deploy, cancel, spend, govern } = thresholds
  return paragraphs(
    table(
      ['MEMBER', 'WEIGHT', 'MAY'],
      members.map(({ account, weight, permissions }) => [
        account,
        weight,
        permissions.join(' ').toLowerCase(),
      ]),
      '',
    ),
    fields([
      ['thresholds', `deploy ${deploy}, cancel ${cancel}, spend ${spend}, govern ${govern}`],
    ]),
  )
}
