import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { REGIONS } from './rows.ts'

const PEERS = join(import.meta.dirname, 'peers')

/** What is measured, and the same question in the words of each. */
export const ENGINES = {
  api: {
    file: join(import.meta.dirname, '../../../api/src/main.ts'),
    args: ['--port=0'],
    one: 'query One($id: ID!) { contract(id: $id) { FIELDS } }',
    list: 'query List($region: String!) { nodes(region: $region, first: 20) { nodes { id contracts(first: 10) { nodes { FIELDS } } } } }',
  },
  mercurius: {
    file: join(PEERS, 'mercurius.mjs'),
    args: [],
    one: 'query One($id: ID!) { contract(id: $id) { FIELDS } }',
    list: 'query List($region: String!) { nodes(region: $region, first: 20) { id contracts(first: 10) { FIELDS } } }',
  },
  postgraphile: {
    file: join(PEERS, 'postgraphile.mjs'),
    args: [],
    one: 'query One($id: BigInt!) { contract(rowId: $id) { id: rowId FIELDS } }',
    list: `query List($region: String!) { nodes: machines(condition: { region: $region }, first: 20, orderBy: ROW_ID_DESC) { nodes {
      id: rowId contracts: contractsByNodeId(first: 10, orderBy: ROW_ID_DESC) { nodes { id: rowId FIELDS } } } } }`,
  },
} as const

export type EngineName = keyof typeof ENGINES
export type QueryName = 'one' | 'list'
export const ENGINE_NAMES = Object.keys(ENGINES) as EngineName[]

const FIELDS = 'owner state version escrow paid settledAt deposit createdHeight changedHeight'

/** The bodies of so many different requests. */
export function bodiesOf(engine: EngineName, query: QueryName, contracts: number): string[] {
  const text = ENGINES[engine][query]
    .replace(/\s+/g, ' ')
    .replace('FIELDS', engine === 'postgraphile' ? FIELDS : `id ${FIELDS}`)
  const variables =
    query === 'one'
      ? Array.from({ length: 10_000 }, (_, index) => ({
          id: String(1 + ((index * 7) % contracts)),
        }))
      : Array.from({ length: REGIONS }, (_, index) => ({ region: `region ${index}` }))
  return variables.map((variables) => JSON.stringify({ query: text, variables }))
}

/** An answer without what each engine has its own way of: lists in connections or not, numbers as text. */
export function factsOf(answer: string): unknown {
  const { data, errors } = JSON.parse(answer) as { data: object; errors?: unknown }
  assert.equal(errors, undefined)
  return Object.values(data).map(plain)
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    if ('nodes' in value && Array.isArray(value.nodes) && Object.keys(value).length === 1)
      return plain(value.nodes)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
  }
  return String(value)
}

/** The peers are no part of what people install. */
export function installPeers(say: (line: string) => void): void {
  if (existsSync(join(PEERS, 'node_modules/.package-lock.json'))) return
  say('installing PostGraphile and Mercurius')
  execFileSync('npm', ['ci', '--no-fund', '--no-audit'], { cwd: PEERS, stdio: 'inherit' })
}
