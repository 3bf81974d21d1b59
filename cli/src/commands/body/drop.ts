import { bytesOf, hexOf } from '@covenant/chain-client'
import { send, withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { loadSigner } from '../../keys.ts'

export type DropBodyOptions = { hash: string; key?: string; chain: string }

/**
 * Gives up one's own hold on a body and takes the deposit back. The bytes stay on chain as long as
 * a contract names them.
 */
export async function dropBody(
  { hash: written, key, chain: endpoint }: DropBodyOptions,
  context: Context,
): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const hash = hexOf(bytesOf(written, { field: 'body hash', length: 32 }))
    const signer = await loadSigner(key, chain, context)
    const call = chain.calls.contracts.dropBody({ hash })
    const outcome = await send(chain, { call, signer, context })
    const { blockHeight: height, extrinsicHash, fee } = outcome
    return {
      data: { hash, block: { height, hash: outcome.blockHash }, extrinsicHash, fee },
      text: `Dropped ${hash} in block ${height}; its deposit came back.`,
    }
  })
}
