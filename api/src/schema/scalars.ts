import { GraphQLError, Kind } from 'graphql'
import { z } from 'zod'
import { builder } from '../builder.ts'

const outputOnly = (name: string) => () => {
  throw new GraphQLError(`${name} is never sent to this API.`)
}

builder.scalarType('Amount', {
  description:
    'An amount of money as text, since no number of JSON holds it: a whole number of the smallest unit ' +
    '(10^18 of which are 1 COV), or, where asked for `in: COV`, as in "12.5 COV", exact to the last unit.',
  serialize: (value) => value,
  parseValue: outputOnly('Amount'),
})

builder.scalarType('DateTime', {
  description:
    "A time in ISO 8601, UTC. Times that contracts, nodes and proposals state are of the chain's own clock, " +
    'which falls behind the wall clock when the chain stands still. As an argument it may be a date alone, which is its first moment.',
  serialize: (value) => value,
  parseValue: parseTime,
})

const isoTime = z.union([z.iso.datetime({ offset: true }), z.iso.date()])

function parseTime(value: unknown): number {
  const text = isoTime.safeParse(value)
  const ms = text.success ? Date.parse(text.data) : Number.NaN
  if (Number.isSafeInteger(ms)) return ms
  throw new GraphQLError(
    'DateTime is ISO 8601 with its offset, as in "2026-11-26T15:00:00Z", or a date such as "2026-11-26".',
  )
}

builder.scalarType('Json', {
  description: 'Any JSON value. Amounts in it are decimal strings of the smallest unit.',
  serialize: (value) => value,
  parseValue: outputOnly('Json'),
})

builder.scalarType('Uint', {
  description:
    'A whole number from 0 to 2^53 - 1: a height, a version, seconds, an amount of a resource.',
  serialize: (value) => value,
  parseValue: parseUint,
  parseLiteral: (node) =>
    parseUint(
      node.kind === Kind.INT ? Number(node.value) : 'value' in node ? node.value : node.kind,
    ),
})

function parseUint(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  const found =
    typeof value === 'number' || typeof value === 'string' ? value : `of type ${typeof value}`
  throw new GraphQLError(
    `Uint is a whole number from 0 to ${Number.MAX_SAFE_INTEGER}; this is ${found}.`,
  )
}

/** Chain seconds, or a block's milliseconds, as people read them. */
export function isoOfSeconds(seconds: number): string {
  return isoOfMs(seconds * 1000)
}

/** The same, for a time that may not have come. */
export function isoIfAny(seconds: number | null): string | null {
  return seconds === null ? null : isoOfSeconds(seconds)
}

export function isoOfMs(ms: number): string {
  return new Date(ms).toISOString()
}
