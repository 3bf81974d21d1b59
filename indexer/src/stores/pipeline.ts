import { hash } from 'node:crypto'
import type { PoolClient, QueryResult } from 'pg'
import type { OnStatement, Transaction } from './transaction.ts'

/** So many statements are on their way at most: far more than hide the time of the way. */
const MAX_SENT = 512

export type Pipeline = Transaction & {
  /** Resolves once everything has been done; rejects with the first failure, after which nothing was. */
  settle(): Promise<void>
}

/**
 * A transaction whose statements are sent without waiting for the answers of those before: they are
 * done in the order in which they were given, and what is wrong with one is told by `settle`, or by
 * whatever waits in between. Each is prepared once for the connection, which has to be in node-postgres's
 * pipeline mode.
 *
 * Statements that change rows and return none resolve at once, with a result that says nothing. Any
 * other resolves with its answer.
 */
export function createPipeline(client: PoolClient, onStatement?: OnStatement): Pipeline {
  const failures: unknown[] = []
  const way = { sent: 0 }
  let last: Promise<unknown> = Promise.resolve()
  let lastDone = 0
  let room = Promise.withResolvers<void>()

  function send(text: string, values: unknown[]): Promise<QueryResult> {
    const from = performance.now()
    way.sent += 1
    const done = client.query({ name: nameOf(text), text, values })
    const answered = done.finally(() => {
      const now = performance.now()
      // The database does one at a time: before the one before was done it did not do this one.
      onStatement?.(text, (now - Math.max(from, lastDone)) / 1_000)
      lastDone = now
      way.sent -= 1
      room.resolve()
      room = Promise.withResolvers()
    })
    // Answers come in order: with the last one all are there.
    last = answered.catch((error: unknown) => void failures.push(error))
    return answered
  }

  async function defer(text: string, values: unknown[]): Promise<void> {
    while (way.sent >= MAX_SENT) await room.promise
    if (failures.length > 0) throw failures[0]
    // Told by `settle`.
    send(text, values).catch(() => undefined)
  }

  async function query(text: string, values: unknown[] = []): Promise<QueryResult> {
    if (!CHANGES_ROWS.test(text) || RETURNS.test(text)) return send(text, values)
    await defer(text, values)
    return UNTOLD
  }

  return {
    // Stores send text and values, of all the forms that the driver takes.
    query: query as Transaction['query'],
    async settle() {
      await last
      if (failures.length > 0) throw failures[0]
    },
  }
}

const CHANGES_ROWS = /^\s*(insert|update|delete)\b/i
const RETURNS = /\breturning\b/i

/** The result of a statement whose answer is not waited for. */
const UNTOLD = new Proxy({} as QueryResult, {
  get: (_result, name) => {
    // A promise that resolves with it looks for this.
    if (name === 'then') return undefined
    throw new TypeError(
      `the answer of a statement in a pipeline has no ${String(name)} yet: use RETURNING`,
    )
  },
})

const names = new Map<string, string>()

/** A name of its own for each statement's text. */
function nameOf(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = hash('sha256', text, 'hex').slice(0, 16)
  names.set(text, name)
  return name
}
