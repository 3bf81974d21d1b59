import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export type Config = {
  /** The agent's data folder. */
  data: string
  seedFile: string
  chain: string
  api: string
  /** The secret URI of the key that registers the node on a development chain. */
  operator: string | undefined
  endpoint: string | undefined
}

export const USAGE =
  'covenant-agent --data DIR --chain ws://127.0.0.1:9944 --api http://127.0.0.1:4000 ' +
  '[--seed-file FILE] [--endpoint HOST] [--operator URI]'

/** Reads the command line. Throws an error that says which flag is wrong and what would have worked. */
export function readConfig(argv: readonly string[]): Config {
  const { values } = parse(argv)
  const { data, chain, api, operator, endpoint } = values
  if (data === undefined)
    throw usage('--data is missing: the folder where the agent keeps its data')
  if (!isUrl(chain, ['ws:', 'wss:'])) {
    throw usage(`--chain must be a ws:// or wss:// address, not ${chain ?? 'missing'}`)
  }
  if (!isUrl(api, ['http:', 'https:'])) {
    throw usage(`--api must be an http:// or https:// address, not ${api ?? 'missing'}`)
  }
  if (endpoint !== undefined && Buffer.byteLength(endpoint) > 128) {
    throw usage('--endpoint has more than 128 bytes')
  }
  const folder = resolve(data)
  return {
    data: folder,
    seedFile: resolve(values['seed-file'] ?? `${folder}/seed`),
    chain,
    api: api.replace(/\/+$/, '').replace(/\/graphql$/, ''),
    operator,
    endpoint,
  }
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...argv],
      options: {
        data: text,
        'seed-file': text,
        chain: text,
        api: text,
        operator: text,
        endpoint: text,
      },
    })
  } catch (error) {
    throw usage((error as Error).message)
  }
}

function isUrl(text: string | undefined, protocols: readonly string[]): text is string {
  return text !== undefined && URL.canParse(text) && protocols.includes(new URL(text).protocol)
}

function usage(what: string): Error {
  return new Error(`${what}; ${USAGE}`)
}
