import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { runService } from '@covenant/service'
import { createImagesServer } from './server.ts'

const LOOPBACK = '127.0.0.1'

runService('covenant-images', async (service) => {
  const { signal } = service
  const { values } = parseArgs({
    options: { layout: { type: 'string' }, port: { type: 'string', default: '4001' } },
  })
  if (values.layout === undefined) throw new Error('--layout names the folder of the image layout')
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port ${values.port} is no port: give a number up to 65535`)
  }
  await mkdir(values.layout, { recursive: true })

  const server = createImagesServer(values.layout)
  try {
    server.listen(port, LOOPBACK)
    await once(server, 'listening', { signal })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new Error(
      `port ${port} is in use: stop what listens there, or choose another with --images-port or COVENANT_IMAGES_PORT`,
      { cause: error },
    )
  }
  const address = server.address()
  const listening = typeof address === 'object' && address !== null ? address.port : port
  service.ready({ url: `http://${LOOPBACK}:${listening}`, layout: values.layout })

  if (!signal.aborted) await once(signal, 'abort')
  server.close()
  server.closeAllConnections()
})
