import { oneLine } from './visible.ts'
import { styleText } from 'node:util'
import { formatAmount } from '@covenant/schema/amount'

/** JSON of one line's worth or more; amounts beyond what a JSON number holds are decimal strings. */
export function toJson(value: unknown): string {
  const plain = (_key: string, part: unknown) => (typeof part === 'bigint' ? String(part) : part)
  return `${JSON.stringify(value, plain, 2)}\n`
}

/** The same on one line, for what goes on. */
export function toJsonLine(value: unknown): string {
  return `${JSON.stringify(JSON.parse(toJson(value)))}\n`
}

export const bold = (text: string) => styleText('bold', text)
export const dim = (text: string) => styleText('dim', text)
export const warn = (text: string) => styleText('yellow', text)

type Cell = string | number | bigint | null | undefined

/** `label  value` lines, the values beneath each other; what is undefined is left out. */
export function fields(pairs: readonly (readonly [label: string, value: Cell])[]): string {
  const there = pairs.filter(([, value]) => value !== undefined)
  const width = Math.max(...there.map(([label]) => label.length))
  const margin = `\n${' '.repeat(width + 2)}`
  return there
    .map(([label, value]) => {
      const lines = String(value ?? '—').split('\n')
      return `${label.padEnd(width)}  ${lines.join(margin)}`
    })
    .join('\n')
}

/** Columns under their headings, or one sentence when there are no rows. */
export function table(headings: readonly string[], rows: readonly Cell[][], empty: string): string {
  if (rows.length === 0) return empty
  const cells = rows.map((row) => row.map((cell) => oneLine(String(cell ?? '—'))))
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [dim(line(headings)), ...cells.map(line)].join('\n')
}

export const moreThan = (limit: number) => `There are more than ${limit}: --limit shows more.`

/** `1 group`, `2 groups`. */
export const count = (number: number, one: string) => `${number} ${one}${number === 1 ? '' : 's'}`

/** Blank lines between what is there. */
export function paragraphs(...parts: (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('\n\n')
}

/** Every line moved in. */
export function indent(text: string, by = '  '): string {
  return text.replace(/^(?=.)/gm, by)
}

/** Chain seconds as people read them. The chain's clock may be behind the wall clock. */
export function formatTime(chainSeconds: number): string {
  return new Date(chainSeconds * 1000).toISOString().replace('.000Z', 'Z')
}

/** `in 3 days`, or `2 hours ago`: how far a time is from `now`, both in chain seconds. */
export function formatDistance(time: number, now: number): string {
  const seconds = Math.abs(time - now)
  if (seconds === 0) return 'just now'
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ['second', 1]
  const count = Math.floor(seconds / size)
  const words = `${count} ${unit}${count === 1 ? '' : 's'}`
  return time >= now ? `in ${words}` : `${words} ago`
}

const UNITS: readonly (readonly [unit: string, seconds: number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** A rate as people think of it, and as the chain counts it. */
export function formatRate(perSecond: bigint): string {
  return `${formatAmount(perSecond * 86_400n)} a day (${perSecond} units a second)`
}
