/** The same tables behind PostGraphile, as its documentation has it for production. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection'
import { makeJSONPgSmartTagsPlugin } from 'postgraphile/utils'
import { grafserv } from 'postgraphile/grafserv/node'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'

// `Node` is a word of Relay's there.
const tags = makeJSONPgSmartTagsPlugin({
  version: 1,
  config: { class: { nodes: { tags: { name: 'machine' } } } },
})

const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset],
  plugins: [tags],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ['public'],
      poolConfig: { max: 10 },
    }),
  ],
  grafserv: { websockets: false, watch: false, graphiql: false },
  grafast: { explain: false },
})
const server = createServer()
await instance.createServ(grafserv).addTo(server)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.send({ port: server.address().port })
process.on('disconnect', () => process.exit())
