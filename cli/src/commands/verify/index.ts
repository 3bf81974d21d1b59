import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { runningUrl } from '@covenant/schema/postgres/url'
import { START } from '@covenant/service/installed'
import { z } from 'zod'
import type { Report } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { EXIT } from '../../exit-codes.ts'
import { paragraphs, table } from '../../output.ts'

/** The part of the indexer that knows rows and chain both; this command starts it by its path. */
const VERIFIER = fileURLToPath(import.meta.resolve('@covenant/indexer/verify/main'))

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
const answerShape = z.union([
  z.object({ verdict }),
  z.object({ error: z.object({ name: z.string(), message: z.string() }) }),
])
type Verdict = z.infer<typeof verdict>

/** Compares every row of the database with the chain; fails if one differs. */
export async function verify({ at, data, chain }: VerifyOptions): Promise<Report> {
  const found = await runVerifier({ at, chain, database: databaseOf(data) })
  return {
    data: { ok: found.count === 0, ...found },
    text: showVerdict(found),
    exitCode: found.count === 0 ? EXIT.ok : EXIT.failure,
  }
}

function databaseOf(data: string): string {
  const url = process.env['DATABASE_URL'] || runningUrl(resolve(data, 'postgres'))
  if (url !== undefined) return url
  throw usageError(
    `no database: none runs in ${data} (${START}), and DATABASE_URL names none; name the folder with --data`,
  )
}

type Run = { at: number | undefined; chain: string; database: string }

async function runVerifier({ at, chain, database }: Run): Promise<Verdict> {
  const args = [`--chain=${chain}`, ...(at === undefined ? [] : [`--at=${at}`])]
  // A database's URL may hold a password, and arguments are for everybody to read.
  const env = { ...process.env, DATABASE_URL: database }
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const child = spawn(process.execPath, [VERIFIER, ...args], { env, stdio: [...stdio] })
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')])
  const answer = answerShape.safeParse(parseJson(said))
  if (!answer.success) throw new CliError('the comparison ended without a verdict')
  if ('verdict' in answer.data) return answer.data.verdict
  const { name, message } = answer.data.error
  const isAway = name === 'ChainUnreachable' || name === 'ConnectionLost'
  throw new CliError(message, isAway ? EXIT.unreachable : EXIT.failure)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
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
    'The chain is right: begin the index anew (an empty database), and report it.',
  )
}

const shorten = (text: string) => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text)
