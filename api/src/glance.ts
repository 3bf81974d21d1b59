import type { Pool } from 'pg'
import { type OnStatement, type Snapshot, translated } from './database.ts'
import { Unavailable } from './errors.ts'
import { type Head, headQuery } from './queries/head.ts'
import { raw, type Sql, sql, toQuery } from './sql.ts'

/**
 * What is read without a transaction, and yet as of one block: rows change only together with the
 * head's row, so each statement says in which version it found that, and all must say the same.
 */
export type Glance = Snapshot & {
  /** The block that all was of which was read here, proven by now. */
  confirm(): Promise<Head>
}

/** There was another block between two statements, or nothing to tell one by: read it in a snapshot. */
export class Moved extends Error {
  override name = 'Moved'
}

const VERSION = '(select xmin::text from head)'

type Versioned = { head_version: string | null }

export function createGlances(pool: Pool, onStatement?: OnStatement): () => Glance {
  // Of all glances: what the first statement of the next one will most likely find.
  let latest: { version: string; head: Head } | undefined

  async function readHead(): Promise<string | null | undefined> {
    const text = headQuery.replace('select', `select ${VERSION} as head_version,`)
    const { rows } = await translated(() => pool.query<Head & Versioned>({ name: 'head', text }))
    const { head_version: version, ...head } = rows[0] ?? { head_version: null }
    if (version !== null) latest = { version, head: head as Head }
    return version
  }

  function createGlance(): Glance {
    let version: string | undefined
    let proven = false
    let closed = false
    const see = (found: string | null | undefined) => {
      if (!found || (version ??= found) !== found) {
        latest = undefined
        throw new Moved()
      }
      proven = true
    }
    const head = async () => {
      // Whether it still holds, the next statement tells, or `confirm`.
      version ??= latest?.version
      if (version === undefined || latest?.version !== version) see(await readHead())
      if (latest?.version !== version) throw new Moved()
      return latest!.head
    }
    return {
      head,
      seenHead: () => (latest?.version === version ? latest?.head : undefined),
      async confirm() {
        if (!proven) see(await readHead())
        return await head()
      },
      async query<Row extends object>(statement: Sql): Promise<Row[]> {
        if (closed) throw new Unavailable('The request has ended.')
        const { isPrepared = false } = statement
        const asked = toQuery({
          ...sql`select t.*, ${raw(VERSION)} as head_version from (${statement}) t`,
          isPrepared,
        })
        const from = performance.now()
        try {
          const { rows } = await translated(() => pool.query<Row & Versioned>(asked))
          see(rows[0]?.head_version)
          return rows
        } finally {
          onStatement?.(toQuery(statement).text, (performance.now() - from) / 1_000)
        }
      },
      async close() {
        closed = true
      },
    }
  }
  return createGlance
}
