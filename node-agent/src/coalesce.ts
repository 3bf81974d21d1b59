export type Coalesced = {
  /** Has it done: at once, or where it was done a moment ago, once that moment is over. */
  ask(): void
  /** Does now what was asked for and not done yet. */
  finish(): void
}

/** Does something as often as it is asked for, but once in `everyMs` at most, and last after the last asking. */
export function createCoalesced(everyMs: number, act: () => void): Coalesced {
  let timer: NodeJS.Timeout | undefined
  let isDue = false
  const perform = () => {
    isDue = false
    timer = setTimeout(() => {
      timer = undefined
      if (isDue) perform()
    }, everyMs)
    act()
  }
  return {
    ask: () => {
      isDue = true
      if (timer === undefined) perform()
    },
    finish: () => {
      if (isDue) act()
      isDue = false
    },
  }
}
