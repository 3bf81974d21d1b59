import { z } from 'zod'
import { badInput } from '../errors.ts'
import { decodeOpaque, encodeOpaque } from './opaque.ts'
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from './page-size.ts'

/** The arguments that every connection has, as a caller sent them. */
export type PageArgs = {
  first?: number | null | undefined
  after?: string | null | undefined
  last?: number | null | undefined
  before?: string | null | undefined
}

/** A row's values in the columns that its list is in the order of. */
export type Place = (number | string)[]

/** What a page is asked for, checked: how many, from where, in which direction. */
export type PageWindow = {
  size: number
  forward: boolean
  after: Place | undefined
  before: Place | undefined
}

/** A column that a list is in the order of; never null. */
export type OrderColumn = { column: string; type: 'bigint' | 'integer' | 'numeric' | 'text' }

type Ordered = { name: string; order: readonly OrderColumn[] }

export function parseWindow(list: Ordered, { first, after, last, before }: PageArgs): PageWindow {
  if (isGiven(first) && isGiven(last))
    throw badInput('Ask for `first` or for `last`, not for both.')
  return {
    size: isGiven(last) ? checkSize('last', last) : checkSize('first', first ?? DEFAULT_PAGE_SIZE),
    forward: !isGiven(last),
    after: isGiven(after) ? decodeCursor(list, 'after', after) : undefined,
    before: isGiven(before) ? decodeCursor(list, 'before', before) : undefined,
  }
}

/** The cursor of a row: where in its list's order it stands. */
export function cursorOf(list: Ordered, row: Record<string, unknown>): string {
  // Amounts and texts come as text, all else as numbers.
  const place = list.order.map(({ column }) => row[column] as number | string)
  return encodeOpaque([list.name, ...place])
}

function decodeCursor(list: Ordered, argument: 'after' | 'before', cursor: string): Place {
  const [, ...place] = decodeOpaque(cursor, placeShape(list.name)) ?? []
  const fits = list.order.every(({ type }, index) => SHAPES[type].safeParse(place[index]).success)
  if (place.length === list.order.length && fits) return place
  throw badInput(
    `\`${argument}\` is no cursor of ${list.name}: send one that this list returned ` +
      "(`pageInfo { endCursor }` or an edge's `cursor`), or leave it out to begin at the start.",
  )
}

const placeShape = (name: string) =>
  z.tuple([z.literal(name)], z.union([z.number(), z.string().max(1_000)]))

/** What a place may hold, so that nothing comes to the database that it cannot read. */
const SHAPES = {
  bigint: z.int().min(0),
  integer: z.int().min(0).max(2_147_483_647),
  numeric: z.string().regex(/^\d{1,39}$/),
  text: z.string().refine((text) => !text.includes('\0')),
}

function checkSize(argument: 'first' | 'last', size: number): number {
  if (size >= 1 && size <= MAX_PAGE_SIZE) return size
  throw badInput(`\`${argument}\` is ${size}; a page holds from 1 to ${MAX_PAGE_SIZE} items.`)
}

function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined
}
