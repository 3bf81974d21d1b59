/** For tests alone: a chain of their own with the real runtime, on which everything has happened once. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Call, type Chain, connect, type Signer, signerFromUri } from '@covenant/chain-client'
import { startEmbeddedChain } from '@covenant/chain-client/embedded/start'
import type { Database } from '@covenant/schema/db'
import { createLog, type Log } from '@covenant/service'
import { indexUntil } from '../index-until.ts'
import { type Head, readHead } from '../stores/head.ts'

/** The longest step of the chain's clock. */
const STEP_MS = 60_000

export const SILENT: Log = createLog('test', () => {})

export async function startTestChain(port = 0) {
  const dir = mkdtempSync(join(tmpdir(), 'covenant-indexer-'))
  const embedded = await startEmbeddedChain({ dir, port, dev: true, log: SILENT })
  const chain = await connect({ endpoint: embedded.url })
  const dev = async (method: string, ...params: unknown[]) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`http://127.0.0.1:${embedded.port}`, {
      method: 'POST',
      headers,
      body,
    })
    const { error } = (await response.json()) as { error?: { message: string } }
    if (error) throw new Error(`${method}: ${error.message}`)
  }
  return {
    url: embedded.url,
    chain,
    /** Lets at least so many chain seconds pass. */
    async pass(seconds: number) {
      for (let passed = 0; passed < seconds; passed += STEP_MS / 1_000) {
        await dev('dev_timeTravel', STEP_MS)
        await dev('dev_newBlock')
      }
    },
    async stop() {
      await chain.close()
      await embedded.stop()
      rmSync(dir, { recursive: true })
    },
  }
}

export type TestChain = Awaited<ReturnType<typeof startTestChain>>

/** Submits a call that must succeed. */
export async function make(chain: Chain, call: Call, signer: Signer) {
  const outcome = await chain.submit(call, signer)
  if (outcome.ok) return outcome
  throw new Error(`${call.pallet}.${call.name} failed: ${outcome.error.name}`)
}

export const people = {
  alice: signerFromUri('//Alice'),
  bob: signerFromUri('//Bob'),
  charlie: signerFromUri('//Charlie'),
  agent: signerFromUri('//Alice//agent'),
}

/** Sees to it that the rows are of all that is final now; returns their head. */
export async function indexAll({ chain }: TestChain, { pool }: Database): Promise<Head> {
  const { height } = await chain.finalizedHead()
  const head = await readHead(pool)
  if (head !== null && head.height >= height) return head
  const { signal } = new AbortController()
  return indexUntil(height, { chain, pool, log: SILENT, signal })
}
