/** The parts that have to run: each is asked as any client would ask it. */
import { START } from '@covenant/service/installed'
import { z } from 'zod'
import { askApi } from '../../api.ts'
import { withChain } from '../../chain.ts'
import type { Check } from './check.ts'

/** Behind by more than this, an answer is too old to act on. */
const MAX_LAG_SECONDS = 60
const MAX_LAG_BLOCKS = 20

export async function checkApi(url: string): Promise<Check> {
  const name = 'api'
  try {
    const { lagSeconds, height } = await readMeta(url)
    const detail = `${url} answers as of block ${height}, ${lagSeconds} s ago`
    if (lagSeconds <= MAX_LAG_SECONDS) return { name, ok: true, detail }
    return { name, ok: false, detail, help: 'look at the logs of chain and indexer' }
  } catch (error) {
    return { name, ok: false, detail: firstSentence(error), help: `${START}, or --api URL` }
  }
}

/** The same chain, and not far behind it. */
export async function checkIndexer(endpoint: string, api: string): Promise<Check> {
  const name = 'indexer'
  try {
    const { head, genesisHash } = await withChain(endpoint, async (chain) => ({
      head: await chain.finalizedHead(),
      genesisHash: chain.genesisHash,
    }))
    const meta = await readMeta(api)
    if (meta.genesisHash !== genesisHash) {
      const detail = `the API shows the chain ${meta.genesisHash}, but ${endpoint} is ${genesisHash}`
      return { name, ok: false, detail, help: 'name a chain and an API that belong together' }
    }
    const behind = Math.max(head.height - meta.height, 0)
    const detail = `${behind} blocks behind the chain`
    if (behind <= MAX_LAG_BLOCKS) return { name, ok: true, detail }
    return { name, ok: false, detail, help: "look at the indexer's log" }
  } catch {
    const detail = 'cannot be compared while chain or API is away'
    return { name, ok: false, detail, help: START }
  }
}

export async function checkImages(port: number): Promise<Check> {
  const name = 'images'
  const url = `http://127.0.0.1:${port}/v2/`
  const help = `${START}, or --images-port PORT`
  try {
    const response = await fetch(url)
    await response.body?.cancel()
    if (response.headers.get('docker-distribution-api-version') !== null) {
      return { name, ok: true, detail: `${url} serves images` }
    }
    return { name, ok: false, detail: `what answers at ${url} is no image endpoint`, help }
  } catch {
    return { name, ok: false, detail: `nothing answers at ${url}`, help }
  }
}

const metaShape = z.object({
  meta: z.object({ height: z.number(), lagSeconds: z.number(), genesisHash: z.string() }),
})

async function readMeta(url: string) {
  const query = '{ meta { height lagSeconds genesisHash } }'
  return (await askApi(url, { query, shape: metaShape })).meta
}

export function firstSentence(error: unknown): string {
  return (error as Error).message.split(/\. (?=[A-Z])/)[0] ?? ''
}
