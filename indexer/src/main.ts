/** The process covenant-indexer: finalised blocks become rows, for as long as this runs. */
import { ChainError } from '@covenant/chain-client'
import { migrate, openDatabase } from '@covenant/schema/db'
import { holdIndexerLock } from '@covenant/schema/indexer-lock'
import { countStatements } from '@covenant/schema/statement-name'
import { runService } from '@covenant/service'
import { createMetrics } from '@covenant/service/metrics'
import { readConfig } from './config.ts'
import { measureProgress, type Progress, serveFigures } from './figures.ts'
import { reachChain } from './reach.ts'
import { runIndexer } from './run.ts'

runService('covenant-indexer', async (service) => {
  const { log, signal } = service
  const config = readConfig(process.argv.slice(2), process.env)
  const migrated = await migrate(config.database)
  if (migrated.length > 0) log.info('made the tables', { migrations: migrated.length })

  const metrics = createMetrics()
  const progress: Progress = { head: null, finalizedHeight: null, isFollowing: false }
  measureProgress(metrics, progress)
  const figures =
    config.port === undefined ? null : await serveFigures(config.port, { metrics, progress })
  const countBlocks = metrics.counter('covenant_blocks_total', 'Blocks that were written.')
  const giveUpLock = await holdIndexerLock(config.database)
  const db = openDatabase(config.database, {
    connections: 2,
    pipeline: true,
    onError: (error) => log.warn('a database connection broke', { reason: error.message }),
  })
  try {
    const chain = await reachChain({ endpoint: config.chain, signal, log })
    try {
      await runIndexer({
        chain,
        pool: db.pool,
        log,
        signal,
        onStart: (head) => {
          Object.assign(progress, { head, isFollowing: true })
          const port = figures === null ? {} : { port: figures.port }
          service.ready({ chain: chain.genesisHash, height: head?.height ?? null, ...port })
        },
        onHead: (head, { blocks, finalizedHeight }) => {
          Object.assign(progress, { head, finalizedHeight })
          countBlocks({}, blocks)
        },
        onStatement: countStatements(metrics),
      })
    } finally {
      await chain.close()
    }
  } catch (error) {
    // What would help is half of the message.
    if (error instanceof ChainError)
      throw new Error(`${error.message}. ${error.remedy}`, { cause: error })
    throw error
  } finally {
    await db.close()
    await giveUpLock()
    await figures?.close()
  }
})
