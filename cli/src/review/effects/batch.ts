import { formatAmount } from '@covenant/schema/amount'
import { z } from 'zod'
import { fields } from '../../output.ts'
import { type CallLike, type Describe, type Effect, readArgs, type Scene } from '../effect.ts'
import { formatShort, perMonth } from '../money.ts'

const args = z.object({
  calls: z.array(z.object({ pallet: z.string(), name: z.string(), args: z.json() })),
})

/** `utility.batchAll`: all of its parts, in order, or none. */
export async function describeBatch(
  call: CallLike,
  scene: Scene,
  describePart: Describe,
): Promise<Effect> {
  const { calls } = readArgs(args, call)
  const parts = await Promise.all(calls.map((part) => describePart(part, scene)))
  const money = await moneyOf(parts, scene)
  const told = (list: (effect: Effect) => string[]) =>
    gather(parts, list).map(({ numbers, item }) => `${numbers}. ${item}`)
  return {
    call: 'utility.batchAll',
    sentence: `does all of these ${parts.length}, or none: ${parts.map(({ sentence }) => sentence).join('; ')}`,
    sections: [
      { title: 'Its calls, in order', text: parts.map(showPart).join('\n') },
      { title: 'Money in all', text: money.text },
      ...gather(parts, ({ sections }) => sections).map(({ numbers, item }) => ({
        title: `${numbers}. ${item.title}`,
        text: item.text,
      })),
    ],
    facts: {
      parts: parts.map(({ call, sentence, facts }) => ({ call, sentence, ...facts })),
      takes: money.costs.takes,
      rate: money.costs.rate,
      leaves: money.leaves,
    },
    problems: [...told(({ problems }) => problems), ...money.problems],
    costs: money.costs,
    next: told(({ next }) => next),
    // One body may be that of several contracts.
    bodies: [
      ...new Map(parts.flatMap(({ bodies }) => bodies.map((body) => [body.hash, body]))),
    ].map(([, body]) => body),
    basis: [parts.map(({ basis }) => basis), money.problems.length],
  }
}

function showPart({ call, sentence, bodies }: Effect, index: number): string {
  const hashes = bodies.map(({ hash }) => `\n   body ${hash}`)
  return `${index + 1}. ${call}: ${sentence}${hashes.join('')}`
}

/** What is the same in several parts is told once, with the numbers of all of them. */
function gather<T>(
  parts: readonly Effect[],
  list: (effect: Effect) => readonly T[],
): { numbers: string; item: T }[] {
  const found = new Map<string, { numbers: number[]; item: T }>()
  for (const [index, part] of parts.entries()) {
    for (const item of list(part)) {
      const key = JSON.stringify(item)
      const same = found.get(key) ?? { numbers: [], item }
      same.numbers.push(index + 1)
      found.set(key, same)
    }
  }
  return [...found.values()].map(({ numbers, item }) => ({ numbers: numbers.join(', '), item }))
}

/** Each part may be paid for alone, and all of them together not. */
async function moneyOf(parts: readonly Effect[], { chain, at, owner }: Scene) {
  const costs = { takes: 0n, rate: 0n }
  for (const part of parts) {
    costs.takes += part.costs?.takes ?? 0n
    costs.rate += part.costs?.rate ?? 0n
  }
  const leaves = (await chain.balances.of(owner, at)).free - costs.takes
  const short = chain.constants.existentialDeposit - leaves
  const isNothing = costs.takes === 0n && costs.rate === 0n
  return {
    ...{ costs, leaves },
    text: isNothing
      ? ''
      : fields([
          ['takes', `${formatShort(costs.takes)} of what is free`],
          [
            'costs',
            `${costs.rate < 0n ? '-' : ''}${perMonth(costs.rate < 0n ? -costs.rate : costs.rate)} more than now`,
          ],
          ['leaves', leaves < 0n ? undefined : `${formatShort(leaves)} free`],
        ]),
    problems:
      costs.takes > 0n && short > 0n
        ? [`the owner has too little money for all of them: ${formatAmount(short)} more is needed`]
        : [],
  }
}
