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
  function follow(hintsOf: (head: Head, since: number) => Promise<Hint[]>) {
    expectRoom()
    const steps: [head: Head, since: number][] = []
    const hints: Hint[] = []
    const state = { ended: false, news: Promise.withResolvers<void>() }
    let leave: (() => void) | undefined
    const enter = () => {
      expectRoom()
      subscribers += 1
      const stop = changes.onHead((head, since) => {
        if (since === null) return
        steps.push([head, since])
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
    changed: (query) => {
      /** What was told of blocks that are not final: whoever heard of it hears too that it is undone. */
      let open: Hint[] = []
      return follow(async (head, since) => {
        const snapshot = database.snapshot()
        try {
          const statement = query(since, head.height)
          const changed = await snapshot.query<Hint>(sql`${statement} limit ${MAX_HINTS}`)
          const ids = new Set(changed.map(({ id }) => id))
          const undone = open
            .filter(({ id, height }) => height > since && !ids.has(id))
            .map(({ id }) => ({ id, height: head.height }))
          const told = new Map([...open, ...changed].map((hint) => [hint.id, hint]))
          open = [...told.values()]
            .filter(({ height }) => height > head.finalized_height)
            .slice(-MAX_HINTS)
          return [...changed, ...undone]
        } catch (error) {
          if (error instanceof Unavailable) return []
          throw error
        } finally {
          await snapshot.close()
        }
      })
    },
  }
}
