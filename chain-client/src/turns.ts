/** One at a time for each key, in the order they came. */
export function createTurns() {
  const last = new Map<string, Promise<unknown>>()

  return {
    async take<T>(key: string, task: () => Promise<T>): Promise<T> {
      const before = last.get(key) ?? Promise.resolve()
      const turn = before.then(task)
      const settled = turn.catch(() => undefined)
      last.set(key, settled)
      try {
        return await turn
      } finally {
        if (last.get(key) === settled) last.delete(key)
      }
    },
  }
}
