import { parseArgs } from 'node:util'
import { runService } from '@covenant/service'
import { startEmbeddedChain } from './start.ts'

/**
 * The process `covenant-chain`.
 *
 *   --data DIR             the chain's folder
 *   --port PORT            where it serves JSON-RPC on loopback (9944)
 *   --allow-origin ORIGIN  a web page that may connect; may be repeated
 *
 * COVENANT_RUNTIME names another runtime than the committed one for a new chain to begin with.
 */
runService('covenant-chain', async (service) => {
  const { log, signal } = service
  const { data, port, allowOrigins } = readFlags()
  const runtime = process.env['COVENANT_RUNTIME']
  const chain = await startEmbeddedChain({
    dir: data,
    port,
    allowOrigins,
    log,
    ...(runtime && { runtime }),
  })
  service.ready({ url: chain.url, genesis: chain.genesisHash })
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
  await chain.stop()
})

function readFlags(): { data: string; port: number; allowOrigins: string[] } {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      port: { type: 'string', default: '9944' },
      'allow-origin': { type: 'string', multiple: true, default: [] },
    },
  })
  if (values.data === undefined) throw new Error('--data DIR is missing')
  const port = Number(values.port)
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new Error(`--port ${values.port} is not a port; 0 to 65535 are, 0 taking any free one`)
  }
  return { data: values.data, port, allowOrigins: values['allow-origin'] }
}
