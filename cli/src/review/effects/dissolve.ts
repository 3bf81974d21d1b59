import { formatAmount } from '@covenant/schema/amount'
import { z } from 'zod'
import { fields } from '../../output.ts'
import { type CallLike, type Effect, readArgs, type Scene } from '../effect.ts'

const args = z.object({ beneficiary: z.string() })

/** `groups.dissolve`: the group is no more, and all of its free money goes to one account. */
export async function describeDissolve(call: CallLike, scene: Scene): Promise<Effect> {
  const { beneficiary } = readArgs(args, call)
  const { chain, at, owner } = scene
  const [groupId, balance, contracts] = await Promise.all([
    chain.groups.byAccount(owner, at),
    chain.balances.of(owner, at),
    chain.contracts.ofOwner(owner, at),
  ])
  const open = groupId === null ? [] : await chain.groups.proposals(groupId, at)
  const others = open.length - 1
  const held = balance.held.map(({ reason, amount }) => `${formatAmount(amount)} for ${reason}`)
  return {
    call: 'groups.dissolve',
    sentence: `DISSOLVES itself, and pays all that it has, ${formatAmount(balance.free)} now, to ${beneficiary}`,
    sections: [
      {
        title: 'What there is',
        text: fields([
          ['free', formatAmount(balance.free)],
          ['held', held.join(', ') || undefined],
          ['contracts', contracts.map(({ id }) => id).join(', ') || 'none open'],
          ['proposals', `${Math.max(others, 0)} others open`],
        ]),
      },
    ],
    facts: {
      beneficiary,
      free: balance.free,
      contracts: contracts.map(({ id }) => id),
      otherProposals: Math.max(others, 0),
    },
    problems: [
      groupId === null ? 'only a group can do this' : undefined,
      beneficiary === owner ? 'the group cannot pay itself' : undefined,
      groupId === 0 ? 'group 0, which administers the chain, cannot be dissolved' : undefined,
      balance.reserved === 0n
        ? undefined
        : `${held.join(', ')} is held of the group's money: the chain refuses as long as anything is`,
    ].filter((problem) => problem !== undefined),
    next: [
      `all of the group's free money goes to ${beneficiary}`,
      'the deposit for the group goes back to its creator',
      'the group is no more; nobody can propose or vote in it again',
    ],
    bodies: [],
    basis: [balance.reserved > 0n, contracts.length, others],
  }
}
