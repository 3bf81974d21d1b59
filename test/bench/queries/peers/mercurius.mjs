/**
 * The same tables behind Mercurius with its JIT, as someone would write it who knows both: prepared
 * statements, inner lists of a page read by one of them.
 */
import DataLoader from 'dataloader'
import Fastify from 'fastify'
import mercurius from 'mercurius'
import { Pool, types } from 'pg'

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
// As our own: 64-bit numbers of this chain stay below 2^53.
types.setTypeParser(types.builtins.INT8, Number)

const typeDefs = `
  type Contract {
    id: ID! owner: String! state: String! version: Float! escrow: String! paid: String! settledAt: Float!
    deposit: String! createdHeight: Float! changedHeight: Float!
  }
  type Node { id: ID! contracts(first: Int! = 20): [Contract!]! }
  type Query { contract(id: ID!): Contract nodes(region: String!, first: Int! = 20): [Node!]! }
`

const columns = `id, owner, state, version, escrow, paid, settled_at AS "settledAt", deposit,
  created_height AS "createdHeight", changed_height AS "changedHeight"`
const contractQuery = `SELECT ${columns} FROM contracts WHERE id = $1`
const nodesQuery = 'SELECT id FROM nodes WHERE region = $1 ORDER BY id DESC LIMIT $2'
const contractsQuery = `SELECT node AS "nodeId", contracts.* FROM unnest($1::bigint[]) AS node CROSS JOIN LATERAL
  (SELECT ${columns} FROM contracts WHERE node_id = node ORDER BY id DESC LIMIT $2) AS contracts`

const ask = async (name, text, values) => (await pool.query({ name, text, values })).rows

const contractLoader = () =>
  new DataLoader(
    async (keys) => {
      const rows = await ask('contracts', contractsQuery, [keys.map(({ id }) => id), keys[0].first])
      const byNode = new Map(keys.map(({ id }) => [id, []]))
      for (const row of rows) byNode.get(row.nodeId).push(row)
      return keys.map(({ id }) => byNode.get(id))
    },
    { cache: false },
  )

const resolvers = {
  Query: {
    contract: async (_root, { id }) => (await ask('contract', contractQuery, [id]))[0],
    nodes: (_root, { region, first }) => ask('nodes', nodesQuery, [region, first]),
  },
  Node: { contracts: ({ id }, { first }, { contracts }) => contracts.load({ id, first }) },
}

const app = Fastify()
app.register(mercurius, {
  schema: typeDefs,
  resolvers,
  context: () => ({ contracts: contractLoader() }),
  jit: 1,
})
const address = await app.listen({ host: '127.0.0.1', port: 0 })
process.send({ port: Number(new URL(address).port) })
process.on('disconnect', () => process.exit())
