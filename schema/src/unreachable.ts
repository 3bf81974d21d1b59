/** No connection to the database could be made; the message says where and why, but no password. */
export class DatabaseUnreachable extends Error {
  override name = 'DatabaseUnreachable'

  constructor(url: string, cause: unknown) {
    super(
      `no database answers at ${placeOf(url)} (${reasonOf(cause)}); start it, or name another: DATABASE_URL=postgresql://…`,
      { cause },
    )
  }
}

function placeOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url)
  return `${searchParams.get('host') ?? host}${pathname}`
}

/** For a name with several addresses Node gives one error without words around one for each. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join(', ')
  return cause instanceof Error ? cause.message : String(cause)
}
