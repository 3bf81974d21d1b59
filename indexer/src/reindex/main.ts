/** `covenant reindex`, as a process: prints one JSON object, where the rows are now or what stood in the way. */
import { createLog } from '@covenant/service'
import { readConfig } from '../config.ts'
import { printAnswer } from '../print-answer.ts'
import { reachChain } from '../reach.ts'
import { reindex } from './reindex.ts'

const SAY_EVERY_MS = 2_000

const stopping = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => stopping.abort(new Error(`ended by ${name}; the rows are as they were`)))
}
const { signal } = stopping
const log = createLog('covenant-reindex', (line) => void process.stderr.write(line))
await printAnswer(async () => {
  const config = readConfig(process.argv.slice(2), process.env)
  const chain = await reachChain({ endpoint: config.chain, signal, log })
  let said = Date.now()
  try {
    const { height, hash } = await reindex({
      ...{ chain, url: config.database, log, signal },
      onProgress: ({ height, of }) => {
        if (Date.now() < said + SAY_EVERY_MS) return
        said = Date.now()
        process.stderr.write(`indexed ${height} of ${of} blocks\n`)
      },
    })
    return { head: { height, hash } }
  } finally {
    await chain.close()
  }
})
