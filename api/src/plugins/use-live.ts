import type { Plugin } from 'graphql-yoga'
import { LIVE_PATH } from '../routes.ts'

/** Answers 200 for as long as the process lives, whatever its database does. */
export function useLive(): Plugin {
  return {
    onRequest({ url, fetchAPI, endResponse }) {
      if (url.pathname === LIVE_PATH) endResponse(fetchAPI.Response.json({ live: true }))
    },
  }
}
