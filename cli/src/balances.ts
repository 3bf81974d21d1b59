import type { Balance } from '@covenant/chain-client'
import { formatAmount } from '@covenant/schema/amount'

/** Free, and held with the reason of each part. */
export function showBalance({ free, held }: Balance): [label: string, value: string][] {
  return [
    ['free', formatAmount(free)],
    ...held.map(({ reason, amount }): [string, string] => [
      'held',
      `${formatAmount(amount)} for ${reason}`,
    ]),
  ]
}
