import { parseArgs } from 'node:util'

export type Config = {
  /** The chain's WebSocket endpoint. */
  chain: string
  /** The database's connection string. */
  database: string
  /** Where figures and health are served; nowhere unless it is named. */
  port?: number
}

/** What was asked for cannot be; the message says what would have worked. */
export class InvalidConfig extends Error {
  override name = 'InvalidConfig'
}

/**
 * Reads flags, then the environment: `--chain` or COVENANT_CHAIN (default ws://127.0.0.1:9944), `--database` or
 * DATABASE_URL, and `--port` or COVENANT_INDEXER_PORT. Throws {@link InvalidConfig}.
 */
export function readConfig(args: string[], env: NodeJS.ProcessEnv): Config {
  const { values } = parseFlags(args)
  const chain = values.chain ?? env['COVENANT_CHAIN'] ?? 'ws://127.0.0.1:9944'
  const database = values.database ?? env['DATABASE_URL']
  if (database === undefined) {
    throw new InvalidConfig(
      'no database is named: --database URL or DATABASE_URL, as in postgresql://localhost/covenant',
    )
  }
  const port = values.port ?? env['COVENANT_INDEXER_PORT']
  return {
    chain: checkUrl(chain, ['ws:', 'wss:'], '--chain (or COVENANT_CHAIN)'),
    database: checkUrl(database, ['postgresql:', 'postgres:'], '--database (or DATABASE_URL)'),
    ...(port ? { port: readPort(port) } : {}),
  }
}

function parseFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        chain: { type: 'string' },
        database: { type: 'string' },
        port: { type: 'string' },
      },
    })
  } catch (cause) {
    throw new InvalidConfig(
      `${(cause as Error).message}; the flags are --chain URL, --database URL and --port PORT`,
      { cause },
    )
  }
}

/** The value itself may hold a password, so the message does not repeat it. */
function checkUrl(value: string, protocols: string[], name: string): string {
  const protocol = URL.parse(value)?.protocol
  if (protocol !== undefined && protocols.includes(protocol)) return value
  throw new InvalidConfig(
    `${name} is no URL that begins with ${protocols.map((one) => `${one}//`).join(' or ')}`,
  )
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new InvalidConfig(
    `--port (or COVENANT_INDEXER_PORT) is no port: a number from 1 to 65535 would be, as in --port 4002`,
  )
}
