import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/** A request that cannot be read is the caller's error, and says how one is written. */
export function useReadableRequest(): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser }) {
      if (!requestParser) {
        if (request.method === 'POST') throw unreadable(415, wrongType(request))
        return
      }
      setRequestParser(async (request) => {
        try {
          return await requestParser(request)
        } catch (error) {
          if (error instanceof GraphQLError) throw error
          throw unreadable(
            400,
            'The request cannot be read: `variables` and `extensions` are JSON objects, as in variables={"id":"7"}.',
          )
        }
      })
    },
  }
}

function wrongType(request: Request): string {
  const type = request.headers.get('content-type') ?? 'nothing'
  return `The content-type is ${type}: send application/json, as in {"query":"{ meta { height } }"}.`
}

function unreadable(status: number, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status } } })
}
