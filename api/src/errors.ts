import { GraphQLError } from 'graphql'

/** What a caller got wrong; the message says what would have worked. */
export function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })
}

/** A request that no server should have to answer: refused whole, before anything is read. */
export function tooLarge(message: string): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: 'QUERY_TOO_LARGE', http: { status: 400 } },
  })
}

/** Nothing can be read now, and the same request may work in a moment. The message is for callers. */
export class Unavailable extends Error {
  override name = 'Unavailable'
}

/** The database gave up on one statement; a smaller one may work. */
export class TookTooLong extends Error {
  override name = 'TookTooLong'
}
