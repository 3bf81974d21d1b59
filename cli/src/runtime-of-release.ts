/** The runtime that this release was made with. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { blake2Hash, type Hex } from '@covenant/schema/hash'
import { z } from 'zod'

const ARTIFACTS = join(import.meta.dirname, '../../chain/artifacts')
const manifest = z.object({
  ...{ specName: z.string(), specVersion: z.number(), transactionVersion: z.number() },
  compressed: z.object({ file: z.string() }),
})

export type RuntimeOfRelease = Omit<z.infer<typeof manifest>, 'compressed'> & {
  /** The blake2-256 of the code as it stands on a chain. */
  hash: Hex
}

/** Undefined where this release has none beside it. */
export async function runtimeOfRelease(): Promise<RuntimeOfRelease | undefined> {
  try {
    const text = await readFile(join(ARTIFACTS, 'covenant_runtime.json'), 'utf8')
    const { compressed, ...version } = manifest.parse(JSON.parse(text))
    return { ...version, hash: blake2Hash(await readFile(join(ARTIFACTS, compressed.file))) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
