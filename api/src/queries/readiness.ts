import { INDEXER_RUNS } from '@covenant/schema/indexer-lock'
import type { Snapshot } from '../database.ts'
import { raw, sql } from '../sql.ts'
import { type Head, lagSeconds } from './head.ts'

/** Whether the rows go on with the chain; if not, why. */
export type Readiness = { head: Head; lagSeconds: number; reason: string | null }

/** Throws `Unavailable` where no block can be read at all. */
export async function readReadiness(snapshot: Snapshot): Promise<Readiness> {
  const head = await snapshot.head()
  const [indexer] = await snapshot.query<{ runs: boolean }>(
    sql`select ${raw(INDEXER_RUNS)} as runs`,
  )
  const reason = indexer?.runs
    ? null
    : `The indexer has stopped: the rows stay those of block ${head.height}. Its log says why.`
  return { head, lagSeconds: lagSeconds(head), reason }
}
