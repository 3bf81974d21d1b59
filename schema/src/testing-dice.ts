/** For tests alone: chance that repeats. */

/** The same numbers for the same seed (mulberry32). */
export function createDice(seed: number) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (count: number) => Math.floor(next() * count)
  return {
    /** A whole number from 0 to before `count`. */
    below,
    /** True in that part of all times. */
    chance: (part: number) => next() < part,
    /** One of a list that is not empty. */
    of: <T>(list: readonly T[]): T => list[below(list.length)] as T,
  }
}
export type Dice = ReturnType<typeof createDice>
