import { startTestPostgres } from '@covenant/schema/testing'
import type { Bench } from '../run.ts'
import { besidePeers } from './peers.ts'
import { byScale } from './scale.ts'

/**
 * Queries beside those of other engines on the same tables, or, with `--scale`, beside themselves on
 * tables of another size, which takes a quarter of an hour.
 */
export async function bench(say: (line: string) => void): Promise<Bench> {
  const postgres = await startTestPostgres()
  try {
    const measure = process.argv.includes('--scale') ? byScale : besidePeers
    return await measure({ postgres, say })
  } finally {
    await postgres.stop()
  }
}
