import { readFileSync } from 'node:fs'
import { createExecutor } from '@covenant/chain-client/embedded/executor'
import { toHex, unwrapBytes } from '@covenant/chain-client/embedded/scale'
import type { Hex } from '@covenant/schema/hash'

const WASM = new URL(
  '../../../chain/artifacts/covenant_runtime.compact.compressed.wasm',
  import.meta.url,
)

/** What a node answers `state_getMetadata` with: version 14, which every client knows. */
export async function nodeMetadata(): Promise<Hex> {
  const executor = createExecutor()
  try {
    const { result } = await executor.run({
      code: toHex(readFileSync(WASM)),
      state: { get: () => undefined, nextKey: () => undefined },
      calls: [['Metadata_metadata', '0x']],
    })
    return unwrapBytes(result)
  } finally {
    await executor.close()
  }
}
