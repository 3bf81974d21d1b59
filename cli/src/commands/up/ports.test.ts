import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { checkPorts, PortInUse } from './ports.ts'

test('a port in use is an error that names the port, the flag and the variable', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const use = { port, what: 'API', flag: '--api-port', variable: 'COVENANT_API_PORT' }
  await assert.rejects(checkPorts([use]), (error: Error) => {
    assert.ok(error instanceof PortInUse)
    for (const part of [String(port), '--api-port', 'COVENANT_API_PORT']) {
      assert.ok(error.message.includes(part), `${error.message} names ${part}`)
    }
    return true
  })
  server.close()
  await once(server, 'close')
  await checkPorts([use])
})
