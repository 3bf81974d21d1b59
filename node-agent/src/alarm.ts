/** A bell that several ring and one waits for; a ring while nobody waits is kept. */
export type Alarm = {
  ring(): void
  /** Resolves at the next ring, after `ms`, or when `signal` aborts; never rejects. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export function createAlarm(): Alarm {
  let bell = Promise.withResolvers<void>()
  return {
    ring: () => bell.resolve(),
    wait: async (ms, signal) => {
      const aborted = Promise.withResolvers<void>()
      const onAbort = () => aborted.resolve()
      signal.addEventListener('abort', onAbort)
      if (signal.aborted) onAbort()
      const late = Promise.withResolvers<void>()
      const timer = setTimeout(late.resolve, ms)
      await Promise.race([bell.promise, aborted.promise, late.promise])
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      bell = Promise.withResolvers<void>()
    },
  }
}
