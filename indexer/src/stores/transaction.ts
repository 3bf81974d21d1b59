import type { PoolClient } from 'pg'

/** A connection with an open transaction: all that a store needs to know of the database. */
export type Transaction = Pick<PoolClient, 'query'>

/** Told of a statement by its text, and how many seconds it took. */
export type OnStatement = (text: string, seconds: number) => void
