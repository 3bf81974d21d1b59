import type { Methods, Node } from './method.ts'

/** For tests alone: a chain that somebody uses must not be driven by strangers. */
export function devMethods({ author }: Node): Methods {
  return {
    /** Builds `count` blocks (1 if not given) and returns the hash of the last. */
    dev_newBlock: async (params) => {
      const count = params.isGiven(0) ? params.count(0, 'count') : 1
      let hash: string | null = null
      for (let built = 0; built < count; built++) hash = (await author.produce()).hash
      return hash
    },
    /** Moves the chain's clock ahead by that many milliseconds, from the next block on. */
    dev_timeTravel: (params) => {
      author.travel(params.count(0, 'milliseconds'))
      return null
    },
  }
}
