/**
 * An agent as on a host of its own: run in a network of its own, where no lock of this host's agents is
 * seen, it reaches the chain by a socket file alone.
 *   other-host.fixture.ts SOCKET AGENT-FLAG…
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

const [socket = '', ...flags] = process.argv.slice(2)
const server = createServer((client) => {
  const chain = connect(socket)
  client.pipe(chain).pipe(client)
  for (const one of [client, chain]) {
    one.on('error', () => {
      client.destroy()
      chain.destroy()
    })
  }
}).listen(0, '127.0.0.1')
await once(server, 'listening')
// It leads to this host's loopback as well, and is no name of loopback: what is said of a chain that
// only this host reaches does not hold here.
const chain = `ws://0.0.0.0:${(server.address() as AddressInfo).port}`
const agent = fork(
  fileURLToPath(import.meta.resolve('@covenant/node-agent/main')),
  [`--chain=${chain}`, ...flags],
  { stdio: 'inherit' },
)
agent.on('exit', (code) => process.exit(code ?? 1))
