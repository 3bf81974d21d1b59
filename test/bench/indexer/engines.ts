import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** How one that indexes is started, as a process of Node. */
export type Engine = {
  name: string
  file: string
  args: (at: Place) => string[]
  env: (at: Place) => Record<string, string>
  /** What is done to the database before it starts, and when all rows are there. */
  prepare?: string
  finish?: string
  /** The schema of its tables, and that of tables or views with our columns. */
  schema: string
  rows: string
}

export type Place = { rpcPort: number; database: string }

const PEERS = join(import.meta.dirname, 'peers')

export const covenant: Engine = {
  name: 'covenant-indexer',
  file: join(import.meta.dirname, '../../../indexer/src/main.ts'),
  args: ({ rpcPort }) => [`--chain=ws://127.0.0.1:${rpcPort}`],
  env: ({ database }) => ({ DATABASE_URL: database, COVENANT_LOG: 'warn' }),
  schema: 'public',
  rows: 'public',
}

export const subsquid: Engine = {
  name: 'Subsquid',
  file: join(PEERS, 'subsquid/main.js'),
  args: () => [],
  env: ({ rpcPort, database }) => ({
    RPC_URL: `http://127.0.0.1:${rpcPort}`,
    DB_URL: database,
    SQD_WARN: '*',
  }),
  prepare: readFileSync(join(PEERS, 'subsquid/tables.sql'), 'utf8'),
  schema: 'public',
  rows: 'public',
}

export const subquery: Engine = {
  name: 'SubQuery',
  file: join(PEERS, 'node_modules/@subql/node/bin/run'),
  args: ({ rpcPort }) => [
    ...['-f', join(PEERS, 'subquery'), '--db-schema=app', '--historical=false'],
    ...[`--network-endpoint=ws://127.0.0.1:${rpcPort}`, '--batch-size=100', '--log-level=error'],
    // It would look on the network for somebody who has indexed this chain before; nobody has.
    ...['--store-flush-interval=1', '--dictionary-registry=data:,{"substrate":{}}'],
  ],
  env: ({ database }) => {
    const { username, pathname, search } = new URL(database)
    // It makes a url of these, whose query says where PostgreSQL's socket is, and that it is no TLS.
    const name = `${pathname.slice(1)}${search}&ssl=`
    return {
      ...{ DB_HOST: 'localhost', DB_USER: username, DB_PASS: 'none', DB_DATABASE: name },
      ...{ TZ: 'UTC', NODE_OPTIONS: '--no-deprecation' },
    }
  },
  finish: readFileSync(join(PEERS, 'subquery/rows.sql'), 'utf8'),
  schema: 'app',
  rows: 'same',
}
