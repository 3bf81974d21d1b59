import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Report } from '../../context.ts'
import { runOnRows } from '../on-rows.ts'

const PROGRAM = fileURLToPath(import.meta.resolve('@covenant/indexer/reindex/main'))

export type ReindexOptions = { data: string; chain: string }

const answer = z.object({ head: z.object({ height: z.number(), hash: z.string() }) })

/** Makes all rows anew from the chain, beside those that are read meanwhile, and swaps them at the end. */
export async function reindex({ data, chain }: ReindexOptions): Promise<Report> {
  const { head } = await runOnRows(PROGRAM, { chain, data, answer })
  return {
    data: head,
    text: `All rows are made anew, up to block ${head.height} (${head.hash}), and in their place.`,
  }
}
