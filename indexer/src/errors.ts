/** The rows are of another chain, or of another course of this one, than the endpoint serves. */
export class AnotherChain extends Error {
  override name = 'AnotherChain'
}

/** Somebody else has moved the head since it was read: two indexers write to one database. */
export class SecondWriter extends Error {
  override name = 'SecondWriter'
}

/** What the chain said does not follow from the rows: going on would make them wrong. */
export class Inconsistent extends Error {
  override name = 'Inconsistent'
}

/** {@link Inconsistent} for an event that does not fit the rows. */
export function inconsistent(what: string): Inconsistent {
  return new Inconsistent(
    `${what}: the rows do not follow the chain any more; begin anew (--fresh, or an empty database) and report it`,
  )
}

/** The rows are not of the block that was asked about, or of none. */
export class NotThere extends Error {
  override name = 'NotThere'
}
