import type { Group, Proposal } from '@covenant/chain-client'
import { formatDistance, formatTime } from '../output.ts'

export type Times = { now: number; transactionVersion: number }

/** Why a proposal can no longer be voted on; nothing where it can. */
export function staleReasons(
  { epoch, expires, transactionVersion }: Proposal,
  group: Group,
  { now, transactionVersion: present }: Times,
): string[] {
  return [
    epoch === group.epoch
      ? undefined
      : `it is stale: members or thresholds of the group have changed since (epoch ${epoch}, now ${group.epoch})`,
    transactionVersion === present
      ? undefined
      : `it is stale: the runtime's calls have changed since (version ${transactionVersion}, now ${present})`,
    now > expires ? `it has expired at ${formatTime(expires)}` : undefined,
  ].filter((reason) => reason !== undefined)
}

/** What would end it before it is decided. */
export function showEnds({ expires }: Proposal, now: number): string {
  return [
    `expires ${formatTime(expires)} (${formatDistance(expires, now)})`,
    'stale as soon as members or thresholds of the group change,',
    'or the runtime is upgraded to other calls',
  ].join('\n')
}
