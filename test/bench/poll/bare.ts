/** The least that can be answered: 304 to whatever is asked, by node:http alone. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const server = createServer((request, response) => {
  response.writeHead(304, { etag: request.headers['if-none-match'] }).end()
})
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})
process.on('disconnect', () => process.exit())
