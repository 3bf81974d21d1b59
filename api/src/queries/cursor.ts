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

/** What a page is asked for, checked: how many, from where, in which direction. */
export type PageWindow = {
  size: number
  forward: boolean
  after: number[] | undefined
  before: number[] | undefined
}

type Keyed = { name: string; key: readonly string[] }

export function parseWindow(list: Keyed, { first, after, last, before }: PageArgs): PageWindow {
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
export function cursorOf(list: Keyed, row: Record<string, unknown>): string {
  return encodeOpaque([list.name, ...list.key.map((column) => Number(row[column]))])
}

function decodeCursor(list: Keyed, argument: 'after' | 'before', cursor: string): number[] {
  const [, ...key] = decodeOpaque(cursor, placeShape(list.name)) ?? []
  if (key.length === list.key.length) return key
  throw badInput(
    `\`${argument}\` is no cursor of ${list.name}: send one that this list returned ` +
      "(`pageInfo { endCursor }` or an edge's `cursor`), or leave it out to begin at the start.",
  )
}

const placeShape = (name: string) => z.tuple([z.literal(name)], z.int().min(0))

function checkSize(argument: 'first' | 'last', size: number): number {
  if (size >= 1 && size <= MAX_PAGE_SIZE) return size
  throw badInput(`\`${argument}\` is ${size}; a page holds from 1 to ${MAX_PAGE_SIZE} items.`)
}

function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined
}
