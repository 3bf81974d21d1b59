import { join } from 'node:path'
import { AGENT_FLAGS } from '../../agent-flags.ts'
import type { ServiceDefinition } from './supervised.ts'

/** The clone that this file lies in. */
export const ROOT = join(import.meta.dirname, '../../../..')

/** The development account that offers the stack's node; on a live chain the agent leaves it be. */
export const DEV_OPERATOR = '//Ferdie'

export type StackOptions = {
  /** Absolute. */
  dataFolder: string
  chainPort: number
  apiPort: number
  imagesPort: number
  /** A chain that runs elsewhere, instead of the embedded one. */
  chainUrl?: string | undefined
  /** A PostgreSQL that runs elsewhere, instead of the embedded one. */
  databaseUrl?: string | undefined
}

export type Stack = {
  chain?: ServiceDefinition
  postgres?: ServiceDefinition
  indexer(databaseUrl: string): ServiceDefinition
  api(databaseUrl: string): ServiceDefinition
  images: ServiceDefinition
  agent: ServiceDefinition
  urls: { chain: string; api: string; images: string }
}

/** What V8 has compiled is kept for the next start. */
const COMPILE_CACHE = join(ROOT, 'node_modules/.cache/covenant-compile')

/** Keeps V8's young generation small: these processes wait more than they compute. */
const LEAN = ['--max-semi-space-size=4']

/** The processes of a stack and what each is started with. */
export function describeStack(options: StackOptions): Stack {
  const { dataFolder, chainPort, apiPort, imagesPort, chainUrl, databaseUrl } = options
  const urls = {
    chain: chainUrl ?? `ws://127.0.0.1:${chainPort}`,
    api: `http://127.0.0.1:${apiPort}`,
    images: `http://127.0.0.1:${imagesPort}`,
  }
  const define = (
    name: string,
    entry: string,
    args: string[],
    env?: Record<string, string>,
  ): ServiceDefinition => ({
    name: `covenant-${name}`,
    entry: join(ROOT, entry),
    args,
    nodeFlags: LEAN,
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
  })
  const embedded = chainUrl === undefined
  return {
    ...(embedded && {
      chain: define('chain', 'chain-client/src/embedded/main.ts', [
        `--data=${join(dataFolder, 'chain')}`,
        `--port=${chainPort}`,
      ]),
    }),
    ...(databaseUrl === undefined && {
      postgres: define('postgres', 'schema/src/postgres/main.ts', [
        `--data=${join(dataFolder, 'postgres')}`,
      ]),
    }),
    // A database's URL may hold a password, and arguments are for everybody to read.
    indexer: (url) =>
      define('indexer', 'indexer/src/main.ts', [`--chain=${urls.chain}`], { DATABASE_URL: url }),
    api: (url) => define('api', 'api/src/main.ts', [`--port=${apiPort}`], { DATABASE_URL: url }),
    images: define('images', 'cli/src/images/main.ts', [
      `--layout=${join(dataFolder, 'images')}`,
      `--port=${imagesPort}`,
    ]),
    agent: {
      ...define('agent', 'node-agent/src/main.ts', [
        `--data=${join(dataFolder, 'agent')}`,
        `--chain=${urls.chain}`,
        `--api=${urls.api}`,
        `--operator=${DEV_OPERATOR}`,
      ]),
      nodeFlags: [...AGENT_FLAGS],
    },
    urls,
  }
}
