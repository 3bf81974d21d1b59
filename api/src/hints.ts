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

export type HintsOptions = {
  database: Database
  changes: Changes
  /** @default 1000 */
  maxSubscribers?: number
}

export function createHints({ database, changes, maxSubscribers = 1_000 }: HintsOptions): Hints {
  let subscribers = 0

  const expectRoom = () => {
    if (subscribers < maxSubscribers) return
    throw new Unavailable(`All ${maxSubscribers} subscriptions are taken.`)
  }

  /**
   * By hand, where a generator would do: it has to end while it waits for what may never come. It
   * takes its place when it is first asked, as one that is never read is never ended either.
   */
  function follow(hintsOf: (head: Head, before: Head) => Promise<Hint[]>) {
    expectRoom()
    const steps: [head: Head, before: Head][] = []
    const hints: Hint[] = []
    const state = { ended: false, news: Promise.withResolvers<void>() }
    let leave: (() => void) | undefined
    const enter = () => {
      expectRoom()
      subscribers += 1
      const stop = changes.onHead((head, before) => {
        if (before === null) return
        steps.push([head, before])
        if (steps.length > MAX_WAITING) steps.shift()
        state.news.resolve()
      })
      const unfollow = changes.onClosed(() => end())
      leave = () => {
        subscribers -= 1
        stop()
        unfollow()
      }
      if (changes.isClosed()) end()
    }
    const end = () => {
      if (state.ended) return
      state.ended = true
      leave?.()
      state.news.resolve()
    }

    const following: AsyncIterableIterator<Hint> = {
      async next() {
        if (leave === undefined && !state.ended) enter()
        while (!state.ended) {
          const hint = hints.shift()
          if (hint !== undefined) return { done: false, value: hint }
          const step = steps.shift()
          if (step !== undefined) {
            hints.push(...(await hintsOf(...step)))
            continue
          }
          await state.news.promise
          state.news = Promise.withResolvers()
        }
        return { done: true, value: undefined }
      },
      async return() {
        end()
        return { done: true, value: undefined }
      },
      [Symbol.asyncIterator]: () => following,
    }
    return following
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
