/** One place where the rows and the chain do not say the same. */
export type Difference = {
  table: string
  /** The row's primary key, column by column. */
  key: Record<string, string>
  /** Null where the row as a whole is missing, or is one too many. */
  column: string | null
  /** What the rows say; null for nothing. */
  rows: string | null
  /** What the chain says; null for nothing. */
  chain: string | null
}

export const THERE = 'a row'

/** Remembers differences, each place once, the first of them in full. */
export type Differences = {
  add(difference: Difference): void
  /** The first {@link MAX_LISTED}. */
  list(): Difference[]
  count(): number
}

/** More than anybody reads; what differs everywhere is not this chain's index at all. */
export const MAX_LISTED = 1_000

export function createDifferences(): Differences {
  const places = new Set<string>()
  const listed: Difference[] = []
  return {
    add(difference) {
      const { table, key, column } = difference
      const place = JSON.stringify([table, Object.values(key), column])
      if (places.has(place)) return
      places.add(place)
      if (listed.length < MAX_LISTED) listed.push(difference)
    },
    list: () => listed,
    count: () => places.size,
  }
}

/** A value of a column as text: equal values give equal text. */
export function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`
  return typeof value === 'object'
    ? JSON.stringify(ordered(value))
    : `${value as string | number | bigint | boolean}`
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, of]) => [key, ordered(of)]))
}
