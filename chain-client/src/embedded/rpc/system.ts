import type { Hex } from '@covenant/schema/hash'
import { decodeAddress } from '../../polkadot/util-crypto.ts'
import packageJson from '../../../package.json' with { type: 'json' }
import { encodeU32, ScaleReader, toHex } from '../scale.ts'
import { blockAt, callRuntime } from './lookup.ts'
import type { Methods, Node } from './method.ts'
import { invalid, type Params } from './params.ts'

export const CHAIN_NAME = 'Covenant Development'
export const CHAIN_PROPERTIES = { ss58Format: 42, tokenDecimals: 18, tokenSymbol: 'COV' }

/** What clients print as the node's peer id; there are no peers, and it is the same everywhere. */
const PEER_ID = '12D3KooWCovenantEmbeddedChain'

export function systemMethods({ chain, pool }: Node): Methods {
  let nonces: { at: Hex; of: Map<Hex, Promise<Hex>> } = { at: '0x', of: new Map() }
  /** At one block it stays what it is, and finding it out takes as long as judging a transaction. */
  const nonceAtHead = (account: Hex) => {
    const head = chain.head()
    if (nonces.at !== head.hash) nonces = { at: head.hash, of: new Map() }
    const { of } = nonces
    const known =
      of.get(account) ?? callRuntime(chain, head, 'AccountNonceApi_account_nonce', account)
    of.set(account, known)
    known.catch(() => of.delete(account))
    return known
  }
  const accountNextIndex = async (params: Params) => {
    const account = accountId(params.text(0, 'address'))
    const answer = await nonceAtHead(toHex(account))
    let nonce = new ScaleReader(answer).u32()
    // The tag of a signed transaction is its account and nonce; what is on its way counts.
    while (pool.provides(Buffer.concat([account, encodeU32(nonce)]))) nonce++
    return nonce
  }
  const dryRun = (params: Params) =>
    callRuntime(
      chain,
      blockAt(chain, params, 1),
      'BlockBuilder_apply_extrinsic',
      params.hex(0, 'extrinsic'),
    )

  return {
    system_name: () => 'Covenant embedded chain',
    system_version: () => packageJson.version,
    system_chain: () => CHAIN_NAME,
    system_chainType: () => 'Development',
    system_properties: () => CHAIN_PROPERTIES,
    system_health: () => ({ peers: 0, isSyncing: false, shouldHavePeers: false }),
    system_peers: () => [],
    system_nodeRoles: () => ['Authority'],
    system_localPeerId: () => PEER_ID,
    system_localListenAddresses: () => [],
    system_syncState: () => {
      const { number } = chain.head()
      return { startingBlock: 0, currentBlock: number, highestBlock: number }
    },
    system_accountNextIndex: accountNextIndex,
    account_nextIndex: accountNextIndex,
    system_dryRun: dryRun,
    system_dryRunAt: dryRun,
  }
}

function accountId(address: string): Uint8Array {
  try {
    return decodeAddress(address)
  } catch {
    throw invalid('address', 'an SS58 address')
  }
}
