import type { Context, Report } from '../context.ts'

/** What each part of the command table is given. */
export type Table = {
  context: Context
  /** Prints what a command found. */
  report: (work: Promise<Report>) => Promise<void>
}
