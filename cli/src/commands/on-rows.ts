import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { runningUrl } from '@covenant/schema/postgres/url'
import { START } from '@covenant/service/installed'
import { z } from 'zod'
import { CliError, usageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'

export type OnRows<Answer> = {
  args?: string[]
  chain: string
  /** The folder of the stack whose database it is, where DATABASE_URL names none. */
  data: string
  /** What it prints, as JSON, when it succeeds. */
  answer: z.ZodType<Answer>
}

const failure = z.object({ error: z.object({ name: z.string(), message: z.string() }) })

/** Runs a program of the indexer, which knows rows and chain both, and returns its answer. */
export async function runOnRows<Answer>(
  program: string,
  { args = [], chain, data, answer }: OnRows<Answer>,
): Promise<Answer> {
  // A database's URL may hold a password, and arguments are for everybody to read.
  const env = { ...process.env, DATABASE_URL: databaseOf(data) }
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const child = spawn(process.execPath, [program, `--chain=${chain}`, ...args], {
    env,
    stdio: [...stdio],
  })
  // A signal from the terminal reaches both; this one waits for what the other says.
  const ignore = () => undefined
  process.on('SIGINT', ignore)
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')])
  process.off('SIGINT', ignore)
  const parsed = z.union([answer, failure]).safeParse(parseJson(said))
  if (!parsed.success) throw new CliError('the work on the rows ended without an answer')
  if (!isFailure(parsed.data)) return parsed.data
  const { name, message } = parsed.data.error
  const isAway = name === 'ChainUnreachable' || name === 'ConnectionLost'
  throw new CliError(message, isAway ? EXIT.unreachable : EXIT.failure)
}

const isFailure = (data: unknown): data is z.infer<typeof failure> =>
  failure.safeParse(data).success

function databaseOf(data: string): string {
  const url = process.env['DATABASE_URL'] || runningUrl(resolve(data, 'postgres'))
  if (url !== undefined) return url
  throw usageError(
    `no database: none runs in ${data} (${START}), and DATABASE_URL names none; name the folder with --data`,
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
