import { z } from 'zod'
import { count, table } from '../../output.ts'
import { type CallLike, type Effect, readArgs, type Scene } from '../effect.ts'

const args = z.object({ accounts: z.array(z.string()) })

/** `validators.set`, of group 0: who makes and finalises blocks. */
export async function describeSetValidators(call: CallLike, scene: Scene): Promise<Effect> {
  const { accounts } = readArgs(args, call)
  const { chain, at, owner } = scene
  const [before, group, haveKeys] = await Promise.all([
    chain.validators.chosen(at),
    chain.groups.byAccount(owner, at),
    Promise.all(accounts.map((account) => chain.validators.hasKeys(account, at))),
  ])
  const without = accounts.filter((_, index) => !haveKeys[index])
  const is = (list: string[], account: string) => (list.includes(account) ? 'yes' : 'no')
  const all = [...new Set([...before, ...accounts])]
  // Of n validators GRANDPA needs more than two thirds.
  const tolerated = Math.floor((accounts.length - 1) / 3)
  return {
    call: 'validators.set',
    sentence: `makes ${count(accounts.length, 'account')} the chain's validators, and nobody else`,
    sections: [
      {
        title: 'Validators',
        text: table(
          ['ACCOUNT', 'NOW', 'THEN'],
          all.map((account) => [
            account,
            before.length === 0 ? 'as in the genesis' : is(before, account),
            is(accounts, account),
          ]),
          'none',
        ),
      },
    ],
    facts: { accounts, before, withoutKeys: without },
    problems: [
      group === 0 ? undefined : 'only group 0, which administers the chain, can do this',
      accounts.length === 0 ? 'without validators the chain would stand: it refuses' : undefined,
      new Set(accounts).size < accounts.length ? 'an account is named twice' : undefined,
      without.length === 0
        ? undefined
        : `${without.join(', ')} ${without.length === 1 ? 'has' : 'have'} no session keys on the chain: it refuses`,
    ].filter((problem) => problem !== undefined),
    next: [
      'they make blocks and finalise them from the session after the next on',
      `blocks stay final while ${tolerated === 0 ? 'none' : `at most ${tolerated}`} of them ${tolerated > 1 ? 'are' : 'is'} away`,
    ],
    bodies: [],
    basis: [before, without, group],
  }
}
