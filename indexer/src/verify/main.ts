/** `covenant verify`, as a process: prints one JSON object, the verdict or what stood in its way. */
import { openAudit } from '@covenant/chain-client/audit'
import { openDatabase } from '@covenant/schema/db'
import { parseArgs } from 'node:util'
import { readConfig } from '../config.ts'
import { printAnswer } from '../print-answer.ts'
import { verify } from './verify.ts'

const CONNECT_TIMEOUT_MS = 10_000
/** How many blocks lie between two words about how far it is. */
const SAY_EVERY = 10_000

const { values } = parseArgs({
  options: { chain: { type: 'string' }, at: { type: 'string' } },
})
const at = values.at === undefined ? undefined : Number(values.at)
await printAnswer(async () => {
  const config = readConfig(
    values.chain === undefined ? [] : ['--chain', values.chain],
    process.env,
  )
  const audit = await openAudit({ endpoint: config.chain, timeoutMs: CONNECT_TIMEOUT_MS })
  const db = openDatabase(config.database, { connections: 1, pipeline: true })
  let said = 0
  try {
    const onHead = ({ height }: { height: number }) => {
      if (height < said + SAY_EVERY) return
      said = height
      console.error(`read the blocks up to ${height}`)
    }
    const onWait = ({ height }: { height: number }) =>
      console.error(`the rows are of block ${height}, which is not final yet: waiting until it is`)
    return { verdict: await verify({ pool: db.pool, audit, at, onHead, onWait }) }
  } finally {
    await db.close()
    await audit.close()
  }
})
