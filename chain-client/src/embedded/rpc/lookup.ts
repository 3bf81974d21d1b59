import type { Hex } from '@covenant/schema/hash'
import type { Chain } from '../chain.ts'
import { RuntimeTrapped, RunTimedOut } from '../executor.ts'
import type { StoredBlock } from '../store.ts'
import type { Params } from './params.ts'
import { RpcError } from './rpc-error.ts'

/** Substrate's code for what its client could not do. */
const CLIENT_ERROR = 4003

/** The block that a parameter names by its hash, or else the head. Throws where there is none. */
export function blockAt(chain: Chain, params: Params, index: number): StoredBlock {
  const hash = params.optionalHash(index, 'block hash')
  const block = hash === undefined ? chain.head() : chain.block(hash)
  if (block) return block
  throw new RpcError(CLIENT_ERROR, `Client error: UnknownBlock: there is no block ${hash}`)
}

/** Calls the runtime for a client: what goes wrong in it is the client's error, not the server's. */
export async function callRuntime(
  chain: Chain,
  block: StoredBlock,
  method: string,
  argument: Hex,
): Promise<Hex> {
  try {
    return await chain.call(block, method, argument)
  } catch (error) {
    if (isExecutionError(error)) {
      throw new RpcError(CLIENT_ERROR, `Client error: Execution failed: ${error.message}`)
    }
    throw error
  }
}

export function isExecutionError(error: unknown): error is Error {
  return error instanceof RuntimeTrapped || error instanceof RunTimedOut
}
