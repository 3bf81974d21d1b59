export const GRAPHQL_PATH = '/graphql'
/** The process lives. */
export const LIVE_PATH = '/live'
/** Figures for Prometheus. */
export const METRICS_PATH = '/metrics'
/** The process can answer: its database does and has a head, which an indexer moves on. */
export const READY_PATH = '/ready'
