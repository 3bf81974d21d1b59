import type { Log } from '@covenant/service'
import type { Plugin } from 'graphql-yoga'
import type { Database } from '../database.ts'
import { Unavailable } from '../errors.ts'
import { readReadiness } from '../queries/readiness.ts'
import { READY_PATH } from '../routes.ts'

/**
 * Answers 200 when rows can be read, a block has been indexed and an indexer goes on from it, else 503
 * with the reason.
 */
export function useReady(database: Database, log: Log): Plugin {
  const check = async () => {
    const snapshot = database.snapshot()
    try {
      const { head, lagSeconds, reason } = await readReadiness(snapshot)
      if (reason !== null) return { ready: false, reason }
      return { ready: true, height: head.height, hash: head.hash, lagSeconds }
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
