/** The process covenant-api: GraphQL over the rows, for as long as this runs. */
import { once } from 'node:events'
import { countStatements } from '@covenant/schema/statement-name'
import { runService } from '@covenant/service'
import { createMetrics } from '@covenant/service/metrics'
import { followChanges } from './changes.ts'
import { readConfig } from './config.ts'
import { openDatabase } from './database.ts'
import { listen } from './listen.ts'
import { answerPolls } from './polls.ts'
import { createApi } from './server.ts'

runService('covenant-api', async ({ log, signal, ready }) => {
  const config = readConfig(process.argv.slice(2), process.env)
  const metrics = createMetrics()
  const database = openDatabase(config.database, log, countStatements(metrics))
  const changes = followChanges({ database, url: config.database, log })
  try {
    const { listener: handler } = createApi({ database, changes, log, metrics })
    const listening = await listen(answerPolls({ changes, handler, metrics }), config.port)
    ready({ url: `http://127.0.0.1:${listening.port}` })
    if (!signal.aborted) await once(signal, 'abort')
    // First, so that nobody's answer is held back any longer.
    await changes.close()
    await listening.close()
  } finally {
    await changes.close()
    await database.close()
  }
})
