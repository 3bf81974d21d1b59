import { startTestPostgres } from '@covenant/schema/testing'
import type { Bench } from '../run.ts'
import { besidePeers } from './peers.ts'

/** Queries beside those of other engines on the same tables. */
export async function bench(say: (line: string) => void): Promise<Bench> {
  const postgres = await startTestPostgres()
  try {
    return await besidePeers({ postgres, say })
  } finally {
    await postgres.stop()
  }
}
