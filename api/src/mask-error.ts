import type { Log } from '@covenant/service'
import { GraphQLError, type GraphQLErrorExtensions } from 'graphql'
import { TookTooLong, Unavailable } from './errors.ts'

/**
 * What a caller is told of an error: what was meant for callers as it stands, a database that is away
 * or slow in plain words, and of anything else only that it happened. The log has the original.
 */
export const createMaskError =
  (log: Log) =>
  (error: unknown): GraphQLError => {
    const cause = rootOf(error)
    if (error instanceof GraphQLError && cause instanceof GraphQLError) {
      // What graphql itself says of values that do not fit their types has no code.
      error.extensions.code ??= 'BAD_USER_INPUT'
      return error
    }
    const { message, code, status } = readingOf(cause)
    log.error('a request failed', {
      error: cause,
      path: error instanceof GraphQLError ? error.path?.join('.') : undefined,
      cause: cause instanceof Error ? cause.cause : undefined,
    })
    if (code === 'INTERNAL_SERVER_ERROR' && cause instanceof Error) {
      log.debug('it failed here', { stack: cause.stack })
    }
    const extensions: GraphQLErrorExtensions = { code, http: { status } }
    return error instanceof GraphQLError
      ? new GraphQLError(message, { nodes: error.nodes, path: error.path, extensions })
      : new GraphQLError(message, { extensions })
  }

function readingOf(cause: unknown): { message: string; code: string; status: number } {
  if (cause instanceof Unavailable) {
    const message = `${cause.message} Ask again in a few seconds; /ready says when it is back.`
    return { message, code: 'UNAVAILABLE', status: 503 }
  }
  if (cause instanceof TookTooLong) {
    const message = 'This took too long. Ask for fewer items, or with a filter.'
    return { message, code: 'TIMEOUT', status: 503 }
  }
  const message = 'Something went wrong here. The log of the API says what.'
  return { message, code: 'INTERNAL_SERVER_ERROR', status: 500 }
}

/** The error that was thrown, beneath those that say where in the query it was. */
function rootOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? rootOf(error.originalError) : error
}
