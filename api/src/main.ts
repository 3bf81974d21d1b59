/** The process covenant-api: GraphQL over the rows, for as long as this runs. */
import { once } from 'node:events'
import { runService } from '@covenant/service'
import { readConfig } from './config.ts'
import { openDatabase } from './database.ts'
import { listen } from './listen.ts'
import { createApi } from './server.ts'

runService('covenant-api', async ({ log, signal, ready }) => {
  const config = readConfig(process.argv.slice(2), process.env)
  const database = openDatabase(config.database, log)
  try {
    const api = createApi({ database, log })
    const listening = await listen(api, config.port)
    ready({ url: `http://127.0.0.1:${listening.port}` })
    if (!signal.aborted) await once(signal, 'abort')
    await listening.close()
  } finally {
    await database.close()
  }
})
