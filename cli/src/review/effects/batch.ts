import { z } from 'zod'
import { type CallLike, type Describe, type Effect, readArgs, type Scene } from '../effect.ts'

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
  const numbered = <T>(list: (effect: Effect) => T[], say: (item: T, number: number) => T) =>
    parts.flatMap((part, index) => list(part).map((item) => say(item, index + 1)))
  return {
    call: 'utility.batchAll',
    sentence: `does all of these ${parts.length}, or none: ${parts.map(({ sentence }) => sentence).join('; ')}`,
    sections: numbered(
      ({ sections }) => sections,
      ({ title, text }, number) => ({ title: `${number}. ${title}`, text }),
    ),
    facts: { parts: parts.map(({ call, sentence, facts }) => ({ call, sentence, ...facts })) },
    problems: numbered(
      ({ problems }) => problems,
      (text, number) => `${number}. ${text}`,
    ),
    next: numbered(
      ({ next }) => next,
      (text, number) => `${number}. ${text}`,
    ),
    bodies: parts.flatMap(({ bodies }) => bodies),
    basis: parts.map(({ basis }) => basis),
  }
}
