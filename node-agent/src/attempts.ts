/** When something that failed may be tried again: each failure in a row waits twice as long. */
export type Attempts = {
  mayTry(key: string): boolean
  failed(key: string): void
  succeeded(key: string): void
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 60_000

export function createAttempts(now: () => number = () => performance.now()): Attempts {
  const failures = new Map<string, { count: number; notBefore: number }>()
  return {
    mayTry: (key) => (failures.get(key)?.notBefore ?? -Infinity) <= now(),
    failed: (key) => {
      const count = (failures.get(key)?.count ?? 0) + 1
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(count - 1, 16))
      failures.set(key, { count, notBefore: now() + wait })
    },
    succeeded: (key) => void failures.delete(key),
  }
}
