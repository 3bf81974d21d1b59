import DataLoader from 'dataloader'
import type { Snapshot } from '../database.ts'
import { type Sql, join, prepared, raw, sql, toQuery } from '../sql.ts'
import type { Wanted } from './wanted.ts'
import { groupBy } from './group-by.ts'
import {
  type OrderColumn,
  type PageArgs,
  type PageWindow,
  type Place,
  cursorOf,
  parseWindow,
} from './cursor.ts'

/** Rows that are read in one order, the highest first, and continued from a place in it instead of an offset. */
export type List<Row> = {
  /** Stands in the list's cursors, so that a cursor of another list is refused. */
  name: string
  /** A table, or a query in parentheses whose columns are the row. */
  from: Sql
  /**
   * Whole-number columns whose values, together, are a row's own and never change, perhaps after a
   * column that rows share, which is what they are sorted by.
   */
  order: readonly (OrderColumn & { column: keyof Row })[]
  /** The lowest first. @default false */
  ascending?: boolean
  /** Not in its own order, whose columns all indexes of its filters end with. @default false */
  isSorted?: boolean
}

/** Whole-number columns as an order. */
export function byKey<Column extends string>(
  ...columns: Column[]
): { column: Column; type: 'bigint' }[] {
  return columns.map((column) => ({ column, type: 'bigint' }))
}

/** The list in the order of another column, and of its own where rows are alike in that. */
export function sortedBy<Row>(
  list: List<Row>,
  { ascending, ...column }: OrderColumn & { column: keyof Row & string; ascending: boolean },
): List<Row> {
  const isOwn = list.order[0]?.column === column.column
  if (isOwn && !ascending) return list
  return {
    ...list,
    name: `${list.name} by ${column.column}${ascending ? ', the lowest first' : ''}`,
    order: isOwn ? list.order : [column, ...list.order],
    ascending,
    isSorted: true,
  }
}

export type PageRequest<Row> = {
  list: List<Row>
  args: PageArgs
  /** Conditions on the row `t`. */
  where?: readonly Sql[]
  /** What is needed of it, besides the columns of the order; all where nothing is said. */
  wanted?: Wanted
  /** The list is of those rows that have these values in these columns; pages of many are read at once. */
  of?: Readonly<Record<string, number | string>>
}

export type Page<Row> = {
  edges: { cursor: string; node: Row }[]
  pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    startCursor: string | null
    endCursor: string | null
  }
}

export type Pages = { load<Row extends object>(request: PageRequest<Row>): Promise<Page<Row>> }

type AnyRow = Record<string, unknown>
type AnyRequest = PageRequest<AnyRow> & {
  window: PageWindow
  /** All that two requests must have in common to be read by one statement. */
  shape: string
}

/**
 * Reads pages within one snapshot. Pages that differ only in whose they are (the events of each
 * contract of a list) are read by one statement, however many there are.
 */
export function createPages(snapshot: Snapshot): Pages {
  const loader = new DataLoader<AnyRequest, Page<AnyRow>, string>(
    async (requests) => {
      const pages = new Map<AnyRequest, Page<AnyRow>>()
      for (const alike of groupBy(requests, ({ shape }) => shape).values()) {
        const rows = await readRows(snapshot, alike)
        for (const [index, request] of alike.entries()) {
          pages.set(request, toPage(request, rows.get(index) ?? []))
        }
      }
      return requests.map((request) => pages.get(request) ?? toPage(request, []))
    },
    { cacheKeyFn: ({ shape, of = {} }) => `${shape} ${Object.values(of).join(' ')}` },
  )
  return {
    load: async <Row extends object>(request: PageRequest<Row>) => {
      const window = parseWindow(request.list, request.args)
      // The loader holds pages of every list side by side; each caller gets the rows of its own.
      return (await loader.load({
        ...request,
        window,
        shape: shapeOf(request),
      } as unknown as AnyRequest)) as unknown as Page<Row>
    },
  }
}

/** The rows of each request's page, and one more where that is wanted, by the request's place in `alike`. */
async function readRows(snapshot: Snapshot, alike: AnyRequest[]): Promise<Map<number, AnyRow[]>> {
  const [{ list, of = {}, where = [], wanted, window }] = alike as [AnyRequest]
  const key = raw(list.order.map(({ column }) => `t.${column}`).join(', '))
  const { after, before, size, forward } = window
  // The highest first: what comes after a cursor is smaller than it. Backwards is read in reverse.
  const [beyond, ahead] = list.ascending ? [raw('>'), raw('<')] : [raw('<'), raw('>')]
  const conditions = [
    ...where,
    ...(after ? [sql`(${key}) ${beyond} (${tuple(list, after)})`] : []),
    ...(before ? [sql`(${key}) ${ahead} (${tuple(list, before)})`] : []),
    ...Object.keys(of).map((column) => raw(`t.${column} = parents.${column}`)),
  ]
  const direction = forward === (list.ascending ?? false) ? 'asc' : 'desc'
  const order = raw(list.order.map(({ column }) => `t.${column} ${direction}`).join(', '))
  const read =
    wanted?.columns && new Set([...list.order.map(({ column }) => column), ...wanted.columns])
  const limit = wanted?.more === false ? size : size + 1
  const page = sql`
    select ${raw(read ? [...read].map((column) => `t.${column}`).join(', ') : '*')} from ${list.from} t
    ${raw(conditions.length > 0 ? 'where' : '')} ${join(conditions, ' and ')}
    order by ${order} limit ${raw(String(limit))}`
  const columns = Object.keys(of)
  const statement =
    columns.length > 0
      ? sql`
          select parents.index - 1 as parent_index, t.*
          from unnest(${join(
            columns.map((column) => valuesOf(alike, column)),
            ', ',
          )})
            with ordinality as parents (${raw(columns.join(', '))}, index)
          cross join lateral (${page}) t
          order by ${order}`
      : page
  // In this order one condition of an index that ends with it has one best plan, whatever its value.
  const rows = await snapshot.query<AnyRow & { parent_index?: number }>(
    list.isSorted !== true &&
      where.length + columns.length <= 1 &&
      where.every(({ isPrepared }) => isPrepared)
      ? prepared(statement)
      : statement,
  )
  return groupBy(rows, (row) => row.parent_index ?? 0)
}

type Edge = Page<AnyRow>['edges'][number]

/** Most cursors are never asked for. */
const edgeOf = {
  get cursor() {
    const { list, node } = this as unknown as { list: List<AnyRow>; node: AnyRow }
    return cursorOf(list, node)
  },
}

function toPage({ list, args, window }: AnyRequest, rows: AnyRow[]): Page<AnyRow> {
  const more = rows.length > window.size
  const kept = rows.slice(0, window.size)
  if (!window.forward) kept.reverse()
  const edges = kept.map((node) => ({ __proto__: edgeOf, list, node }) as unknown as Edge)
  return {
    edges,
    pageInfo: {
      hasNextPage: window.forward ? more : args.before !== null && args.before !== undefined,
      hasPreviousPage: window.forward ? args.after !== null && args.after !== undefined : more,
      get startCursor() {
        return edges[0]?.cursor ?? null
      },
      get endCursor() {
        return edges.at(-1)?.cursor ?? null
      },
    },
  }
}

/** What the requests have in a column, as an array of its type. */
function valuesOf(alike: AnyRequest[], column: string): Sql {
  const values = alike.flatMap(({ of }) => of?.[column] ?? [])
  return sql`${values}::${raw(typeof values[0] === 'number' ? 'bigint[]' : 'text[]')}`
}

function shapeOf<Row>({ list, of = {}, where = [], wanted, args }: PageRequest<Row>): string {
  const { first, after, last, before } = args
  return JSON.stringify([
    list.name,
    wanted,
    Object.keys(of),
    toQuery(join(where, ' and ')),
    first,
    after,
    last,
    before,
  ])
}

function tuple<Row>({ order }: List<Row>, place: Place): Sql {
  return join(
    place.map((value, index) => sql`${value}::${raw(order[index]?.type ?? 'bigint')}`),
    ', ',
  )
}
