import { parseArgs } from 'node:util'

export type Config = { database: string; port: number }

export const DEFAULT_PORT = 4000

/** A flag or variable that cannot be used; the message says what would have worked. */
export class InvalidConfig extends Error {
  override name = 'InvalidConfig'
}

/** Reads `--database URL` and `--port PORT`, or `DATABASE_URL` and `COVENANT_API_PORT` beneath them. */
export function readConfig(args: string[], env: NodeJS.ProcessEnv): Config {
  const { values } = parseArgs({
    args,
    options: { database: { type: 'string' }, port: { type: 'string' } },
  })
  return {
    database: readDatabase(values.database ?? env['DATABASE_URL']),
    port: readPort(values.port ?? env['COVENANT_API_PORT'] ?? String(DEFAULT_PORT)),
  }
}

function readDatabase(url: string | undefined): string {
  if (url && /^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) return url
  const found = url === undefined ? 'no database is named' : 'the database is no URL of PostgreSQL'
  throw new InvalidConfig(
    `${found}: give --database postgresql://USER@HOST/NAME, or set DATABASE_URL`,
  )
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new InvalidConfig(
    `${JSON.stringify(text)} is no port: give --port a number from 1 to 65535, as in --port ${DEFAULT_PORT}`,
  )
}
