import type { Plugin } from 'graphql-yoga'
import type { Context } from '../context.ts'
import type { Database } from '../database.ts'
import { type Head, lagSeconds } from '../queries/head.ts'
import { GRAPHQL_PATH } from '../routes.ts'

export const HEAD_HEADERS = ['covenant-height', 'covenant-hash', 'covenant-lag-seconds']

/**
 * Says in every answer's headers which block it is of, and gives the request's snapshot back.
 *
 * An answer that read no rows is as of the latest block. Where no block can be read the headers are
 * missing.
 */
export function useHead(database: Database): Plugin<object, object, Context> {
  const heads = new WeakMap<Request, Head>()
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (args) => {
        const { request, snapshot } = args.contextValue
        try {
          return await executeFn(args)
        } finally {
          const head = snapshot.seenHead()
          if (head) heads.set(request, head)
          await snapshot.close()
        }
      })
    },
    async onResponse({ request, response }) {
      if (new URL(request.url).pathname !== GRAPHQL_PATH || response.status >= 500) return
      const head = heads.get(request) ?? (await readHead(database))
      if (!head) return
      response.headers.set('covenant-height', String(head.height))
      response.headers.set('covenant-hash', head.hash)
      response.headers.set('covenant-lag-seconds', String(lagSeconds(head)))
    },
  }
}

async function readHead(database: Database): Promise<Head | undefined> {
  const snapshot = database.snapshot()
  try {
    return await snapshot.head()
  } catch {
    // Who asked for rows was told; an answer without rows is complete without these headers.
    return undefined
  } finally {
    await snapshot.close()
  }
}
