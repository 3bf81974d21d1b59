import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AGENT_ENVIRONMENT, AGENT_FLAGS } from '../../agent-flags.ts'
import type { ServiceDefinition } from './supervised.ts'

/** The clone or the installed package that this file lies in. */
const ROOT = join(import.meta.dirname, '../../../..')

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
    env?: Readonly<Record<string, string>>,
  ): ServiceDefinition => ({
    name: `covenant-${name}`,
    entry: fileURLToPath(entry),
    args,
    nodeFlags: LEAN,
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
  })
  const embedded = chainUrl === undefined
  return {
    ...(embedded && {
      chain: define('chain', import.meta.resolve('@covenant/chain-client/embedded/main'), [
        `--data=${join(dataFolder, 'chain')}`,
        `--port=${chainPort}`,
      ]),
    }),
    ...(databaseUrl === undefined && {
      postgres: define('postgres', import.meta.resolve('@covenant/schema/postgres/main'), [
        `--data=${join(dataFolder, 'postgres')}`,
      ]),
    }),
    // A database's URL may hold a password, and arguments are for everybody to read.
    indexer: (url) =>
      define('indexer', import.meta.resolve('@covenant/indexer/main'), [`--chain=${urls.chain}`], {
        DATABASE_URL: url,
      }),
    api: (url) =>
      define('api', import.meta.resolve('@covenant/api/main'), [`--port=${apiPort}`], {
        DATABASE_URL: url,
      }),
    images: define('images', import.meta.resolve('@covenant/cli/images/main'), [
      `--layout=${join(dataFolder, 'images')}`,
      `--port=${imagesPort}`,
    ]),
    agent: {
      ...define(
        'agent',
        import.meta.resolve('@covenant/node-agent/main'),
        [
          `--data=${join(dataFolder, 'agent')}`,
          `--chain=${urls.chain}`,
          `--api=${urls.api}`,
          `--operator=${DEV_OPERATOR}`,
        ],
        AGENT_ENVIRONMENT,
      ),
      nodeFlags: [...AGENT_FLAGS],
    },
    urls,
  }
}
