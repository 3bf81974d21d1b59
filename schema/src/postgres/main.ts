/** The process covenant-postgres: the embedded PostgreSQL, for as long as this runs. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runService } from '@covenant/service'
import { startPostgres } from './start.ts'

const DATA = join('.covenant', 'postgres')

runService('covenant-postgres', async (service) => {
  const { signal, log } = service
  const { values } = parseArgs({ options: { data: { type: 'string', default: DATA } } })
  const postgres = await startPostgres({
    dir: values.data,
    signal,
    onLog: (line) => log.debug(line),
  })
  service.ready({ url: postgres.url })

  if (signal.aborted) return postgres.stop()
  signal.addEventListener('abort', () => void postgres.stop())
  await postgres.ended
})
