import type { Hex } from '@covenant/schema/hash'

/** Storage as it stands after some block: keys and values in hexadecimal. */
export type State = {
  get(key: Hex): Hex | undefined
  /** The first key after `key` in byte order. */
  nextKey(key: Hex): Hex | undefined
}

/** What execution changed: a new value for each key, or null where the key is gone. */
export type Changes = Map<Hex, Hex | null>

/** `:code`, where a chain keeps its runtime. */
export const CODE_KEY: Hex = '0x3a636f6465'

/** `base` as if `changes` were written to it already. */
export function overlay(base: State, changes: Changes): State {
  const written = [...changes.keys()].sort()
  return {
    get: (key) => {
      const value = changes.get(key)
      return value === undefined ? base.get(key) : (value ?? undefined)
    },
    nextKey: (key) => {
      let below = base.nextKey(key)
      while (below !== undefined && changes.get(below) === null) below = base.nextKey(below)
      const own = written.find((candidate) => candidate > key && changes.get(candidate) !== null)
      if (below === undefined || own === undefined) return below ?? own
      return own < below ? own : below
    },
  }
}

/**
 * Up to `limit` keys that begin with `prefix`, in byte order; `after` continues behind the last key
 * of an earlier page.
 */
export function keysWithPrefix(
  state: State,
  { prefix, after, limit = Infinity }: { prefix: Hex; after?: Hex | undefined; limit?: number },
): Hex[] {
  const keys: Hex[] = []
  const begins = (key: Hex | undefined) => key !== undefined && key.startsWith(prefix)
  let key: Hex | undefined
  if (after !== undefined && after > prefix) key = state.nextKey(after)
  else if (after === prefix) key = state.nextKey(prefix)
  else key = state.get(prefix) === undefined ? state.nextKey(prefix) : prefix
  for (; begins(key) && keys.length < limit; key = state.nextKey(key!)) keys.push(key!)
  return keys
}
