import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Report } from '../../context.ts'
import { EXIT } from '../../exit-codes.ts'
import { paragraphs, table } from '../../output.ts'
import { runOnRows } from '../on-rows.ts'

const PROGRAM = fileURLToPath(import.meta.resolve('@covenant/indexer/verify/main'))

export type VerifyOptions = { at?: number | undefined; data: string; chain: string }

const difference = z.object({
  table: z.string(),
  key: z.record(z.string(), z.string()),
  column: z.string().nullable(),
  rows: z.string().nullable(),
  chain: z.string().nullable(),
})
const verdict = z.object({
  height: z.number(),
  hash: z.string(),
  rows: z.record(z.string(), z.number()),
  count: z.number(),
  differences: z.array(difference),
})
type Verdict = z.infer<typeof verdict>

/** Compares every row of the database with the chain; fails if one differs. */
export async function verify({ at, data, chain }: VerifyOptions): Promise<Report> {
  const args = at === undefined ? [] : [`--at=${at}`]
  const answer = z.object({ verdict })
  const { verdict: found } = await runOnRows(PROGRAM, { args, chain, data, answer })
  return {
    data: { ok: found.count === 0, ...found },
    text: showVerdict(found),
    exitCode: found.count === 0 ? EXIT.ok : EXIT.failure,
  }
}

/** Longer values, as of bodies, are cut; `--json` has them whole. */
const MAX_SHOWN = 60

function showVerdict({ height, hash, rows, count, differences }: Verdict): string {
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0)
  const where = `${total} rows in ${Object.keys(rows).length} tables at block ${height} (${hash})`
  if (count === 0) return `${where}: each equals the chain.`
  const listed = differences.map(({ table, key, column, rows, chain }) => [
    table,
    Object.values(key).map(shorten).join('/'),
    column ?? '(the row)',
    shorten(rows ?? 'nothing'),
    shorten(chain ?? 'nothing'),
  ])
  return paragraphs(
    `${where}: ${count} ${count === 1 ? 'difference' : 'differences'}.`,
    table(['TABLE', 'ROW', 'COLUMN', 'ROWS SAY', 'CHAIN SAYS'], listed, ''),
    count > differences.length ? `These are the first ${differences.length}.` : undefined,
    'The chain is right: index it anew (covenant reindex), and report it.',
  )
}

const shorten = (text: string) => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text)
