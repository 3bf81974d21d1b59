import type { Plugin } from 'graphql-yoga'
import { GRAPHQL_PATH, LIVE_PATH, METRICS_PATH, READY_PATH } from '../routes.ts'

const PATHS = new Set([GRAPHQL_PATH, LIVE_PATH, METRICS_PATH, READY_PATH])

/** Says where things are to who asks for another path. */
export function useNotFound(): Plugin {
  return {
    onRequest({ url, fetchAPI, endResponse }) {
      if (PATHS.has(url.pathname)) return
      const error = `There is nothing at ${url.pathname}: GraphQL is at ${GRAPHQL_PATH}, health at ${LIVE_PATH} and ${READY_PATH}, figures at ${METRICS_PATH}.`
      endResponse(fetchAPI.Response.json({ error }, { status: 404 }))
    },
  }
}
