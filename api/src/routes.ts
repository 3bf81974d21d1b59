export const GRAPHQL_PATH = '/graphql'
/** The process lives. */
export const LIVE_PATH = '/live'
/** The process can answer: its database does, and has a head. */
export const READY_PATH = '/ready'
