import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

/** The middle one: a disturbance by whatever else runs here moves it less than a mean. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The value that a part of all are not above. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? Number.NaN
}

/** What a process says next. */
export async function message(child: ChildProcess): Promise<unknown> {
  const [first] = (await once(child, 'message')) as [unknown]
  return first
}

/** The processor time of a process so far; with `ended` also of all its children that have ended. */
export function cpuSeconds(
  { pid }: Pick<ChildProcess, 'pid'>,
  { ended = false }: { ended?: boolean } = {},
): number {
  // proc(5): what follows the name in brackets; utime, stime, cutime and cstime, in hundredths of a second.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const times = fields.slice(11, ended ? 15 : 13).map(Number)
  return times.reduce((sum, time) => sum + time, 0) / 100
}
