export type Queue<T> = {
  /** Adds an item, waiting while the queue is full; after the end it is dropped. */
  put(item: T): Promise<void>
  /** No more items come. */
  end(): void
  /** All that is there, waiting while nothing is; null after the last. */
  takeAll(): Promise<T[] | null>
}

/**
 * Between one who makes items and one who takes all that are there at once: while the taker is busy a batch gathers,
 * while it is idle each item goes on alone.
 */
export function createQueue<T>(capacity: number): Queue<T> {
  const state = { items: [] as T[], ended: false, changed: Promise.withResolvers<void>() }
  const change = () => {
    state.changed.resolve()
    state.changed = Promise.withResolvers()
  }
  return {
    async put(item) {
      while (state.items.length >= capacity && !state.ended) await state.changed.promise
      if (state.ended) return
      state.items.push(item)
      change()
    },
    end() {
      state.ended = true
      change()
    },
    async takeAll() {
      while (state.items.length === 0 && !state.ended) await state.changed.promise
      if (state.items.length === 0) return null
      const taken = state.items
      state.items = []
      change()
      return taken
    },
  }
}
