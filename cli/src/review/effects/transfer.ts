import { formatAmount } from '@covenant/schema/amount'
import { z } from 'zod'
import { fields } from '../../output.ts'
import { type CallLike, type Effect, readArgs, type Scene, units } from '../effect.ts'

const args = z.object({ to: z.string(), amount: units })

/** `balances.transferKeepAlive`: money goes for good. */
export async function describeTransfer(
  call: CallLike,
  { chain, at, owner }: Scene,
): Promise<Effect> {
  const { to, amount } = readArgs(args, call)
  const [{ free }, group] = await Promise.all([
    chain.balances.of(owner, at),
    chain.groups.byAccount(to, at),
  ])
  const leaves = free - amount
  const isPoor = leaves < chain.constants.existentialDeposit
  return {
    call: 'balances.transferKeepAlive',
    sentence: `pays ${formatAmount(amount)} to ${group === null ? to : `group ${group}`}, for good`,
    sections: [
      {
        title: 'Money',
        text: fields([
          ['amount', formatAmount(amount)],
          ['to', to],
          ['leaves', `${formatAmount(leaves)} free`],
        ]),
      },
    ],
    facts: { to, toGroup: group, amount, leaves },
    problems: isPoor ? [`the owner has ${formatAmount(free)} free, too little for it`] : [],
    costs: { takes: amount, rate: 0n },
    next: ['the money is the other account’s'],
    bodies: [],
    basis: isPoor,
  }
}
