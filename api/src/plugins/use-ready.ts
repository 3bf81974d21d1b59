import { INDEXER_RUNS } from '@covenant/schema/indexer-lock'
import type { Log } from '@covenant/service'
import type { Plugin } from 'graphql-yoga'
import type { Database } from '../database.ts'
import { Unavailable } from '../errors.ts'
import { lagSeconds } from '../queries/head.ts'
import { READY_PATH } from '../routes.ts'
import { raw, sql } from '../sql.ts'

/**
 * Answers 200 when rows can be read, a block has been indexed and an indexer goes on from it, else 503
 * with the reason.
 */
export function useReady(database: Database, log: Log): Plugin {
  const check = async () => {
    const snapshot = database.snapshot()
    try {
      const head = await snapshot.head()
      const [indexer] = await snapshot.query<{ runs: boolean }>(
        sql`select ${raw(INDEXER_RUNS)} as runs`,
      )
      if (!indexer?.runs) {
        const reason = `The indexer has stopped: the rows stay those of block ${head.height}. Its log says why.`
        return { ready: false, reason }
      }
      return { ready: true, height: head.height, hash: head.hash, lagSeconds: lagSeconds(head) }
    } catch (error) {
      if (error instanceof Unavailable) return { ready: false, reason: error.message }
      log.error('the head cannot be read', { error })
      return { ready: false, reason: 'The head cannot be read. The log of the API says why.' }
    } finally {
      await snapshot.close()
    }
  }
  return {
    async onRequest({ url, fetchAPI, endResponse }) {
      if (url.pathname !== READY_PATH) return
      const answer = await check()
      endResponse(fetchAPI.Response.json(answer, { status: answer.ready ? 200 : 503 }))
    },
  }
}
