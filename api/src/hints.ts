import type { Changes } from './changes.ts'
import type { Database } from './database.ts'
import { Unavailable } from './errors.ts'
import type { Head } from './queries/head.ts'
import { type Sql, sql } from './sql.ts'

/** That something has changed, and in which block; what it is now is asked for. */
export type Hint = { id: string | number; height: number }

export type Hints = {
  /** The blocks that the rows go on to. */
  heads(): AsyncIterable<Hint>
  /** The rows of a query with `id` and `height` for what changed in the blocks after `from` up to `to`. */
  changed(query: (from: number, to: number) => Sql): AsyncIterable<Hint>
}

/** Who does not take its hints loses the oldest: what they would have told is in the rows. */
const MAX_WAITING = 100
/** More changes than these in one step say no more than that much has changed. */
export const MAX_HINTS = 1_000
const MAX_SUBSCRIBERS = 1_000

export function createHints({
  database,
  changes,
}: {
  database: Database
  changes: Changes
}): Hints {
  let subscribers = 0

  async function* follow(
    hintsOf: (head: Head, before: Head) => Promise<Hint[]>,
  ): AsyncGenerator<Hint> {
    if (subscribers >= MAX_SUBSCRIBERS) {
      throw new Unavailable(`All ${MAX_SUBSCRIBERS} subscriptions are taken.`)
    }
    subscribers += 1
    const steps: [head: Head, before: Head][] = []
    let news = Promise.withResolvers<void>()
    const stop = changes.onHead((head, before) => {
      if (before === null) return
      steps.push([head, before])
      if (steps.length > MAX_WAITING) steps.shift()
      news.resolve()
    })
    const unfollow = changes.onClosed(() => news.resolve())
    try {
      for (;;) {
        const step = steps.shift()
        if (step !== undefined) yield* await hintsOf(...step)
        else if (changes.isClosed()) return
        else {
          await news.promise
          news = Promise.withResolvers()
        }
      }
    } finally {
      subscribers -= 1
      stop()
      unfollow()
    }
  }

  return {
    heads: () => follow(async ({ hash, height }) => [{ id: hash, height }]),
    changed: (query) =>
      follow(async (head, before) => {
        const snapshot = database.snapshot()
        try {
          const statement = query(before.height, head.height)
          return await snapshot.query<Hint>(sql`${statement} limit ${MAX_HINTS}`)
        } catch (error) {
          if (error instanceof Unavailable) return []
          throw error
        } finally {
          await snapshot.close()
        }
      }),
  }
}
