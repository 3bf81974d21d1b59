import { ApiPromise } from './polkadot/api.ts'
import { rpcDefinitions } from './polkadot/types.ts'
import * as z from 'zod'
import { publicKeyOf } from './address.ts'
import { createBlocks } from './blocks.ts'
import { createCallBook } from './calls.ts'
import { readConstants } from './constants.ts'
import { WrongRuntime } from './errors.ts'
import { decodeSigned } from './extrinsic.ts'
import { followBest } from './follow-best.ts'
import { follow } from './follow.ts'
import { createHeads } from './heads.ts'
import { balancesReads } from './pallets/balances.ts'
import { clockReads } from './pallets/clock.ts'
import { contractsReads } from './pallets/contracts.ts'
import { groupsReads } from './pallets/groups.ts'
import { nodesReads } from './pallets/nodes.ts'
import { systemReads } from './pallets/system.ts'
import { validatorsReads } from './pallets/validators.ts'
import { createReader } from './reader.ts'
import { openRpc, type OpenOptions, type Rpc } from './rpc.ts'
import { read } from './shape.ts'
import { createSubmit } from './submit.ts'
import type { Chain } from './types.ts'

/** Everything that needs the API's libraries, which take over a second to load. */
export async function open(options: OpenOptions): Promise<Chain> {
  const rpc = await openRpc(options)
  try {
    return await assemble(rpc, await openApi(rpc))
  } catch (error) {
    await rpc.close()
    throw error
  }
}

const PALLETS = ['clock', 'groups', 'nodes', 'contracts']

/** The API over a connection, once it knows the chain's runtime to be ours. */
export async function openApi(rpc: Rpc): Promise<ApiPromise> {
  const api = new ApiPromise({ provider: rpc.provider, rpc: silent, noInitWarn: true })
  await api.isReadyOrError
  const missing = PALLETS.filter((pallet) => api.query[pallet] === undefined)
  if (missing.length === 0) return api
  const { specName, specVersion } = api.runtimeVersion
  throw new WrongRuntime(
    `The chain at ${rpc.endpoint} runs ${specName.toString()} ${specVersion.toString()}, which has no pallet ${missing.join(', ')}`,
    { remedy: `A chain of this project has ${PALLETS.join(', ')}.` },
  )
}

/** Errors reach whoever asked; the API would write each to the console besides. */
const silent = Object.fromEntries(
  Object.entries(rpcDefinitions).map(([section, methods]) => [
    section,
    Object.fromEntries(
      Object.entries(methods).map(([name, method]) => [name, { ...method, noErrorLog: true }]),
    ),
  ]),
)

async function assemble(rpc: Rpc, api: ApiPromise): Promise<Chain> {
  const [chainName, chainType] = await Promise.all([
    api.rpc.system.chain(),
    api.rpc.system.chainType(),
  ])
  const heads = createHeads(api, rpc)
  const reader = createReader(api, rpc)
  const blocks = createBlocks({ api, rpc, heads })
  const book = createCallBook(api)
  const followFrom: Chain['follow'] = (options) =>
    follow({ rpc, heads, block: blocks.finalized, ...options })
  const followBestFrom: Chain['followBest'] = (options) =>
    followBest({ heads, follow: followFrom, block: blocks.get, ...options })

  return {
    endpoint: rpc.endpoint,
    genesisHash: rpc.genesisHash,
    chainName: chainName.toString(),
    chainType: read(z.enum(['Development', 'Local', 'Live']), chainType.type, 'system_chainType'),
    constants: readConstants(api),
    runtimeVersion: reader.version,
    finalizedHead: heads.finalized,
    watchFinalized: (onHead) => heads.watch({ onHead }),
    block: blocks.get,
    follow: followFrom,
    followBest: followBestFrom,
    groups: groupsReads(reader),
    nodes: nodesReads(reader),
    contracts: contractsReads(reader),
    clock: clockReads(reader),
    balances: balancesReads(reader),
    validators: validatorsReads(reader),
    system: systemReads(reader),
    calls: book.calls,
    wouldExecute(account, call, at) {
      publicKeyOf(account)
      const { transactionVersion } = api.runtimeVersion
      return reader.rehearse(at, 'wouldExecute', account, call.hex, transactionVersion.toNumber())
    },
    decodeCall: book.decode,
    ...createSubmit({ api, rpc, heads, blocks, follow: followFrom }),
    decodeSigned: (hex) => decodeSigned(api, book, hex),
    async close() {
      await api.disconnect()
      await rpc.close()
    },
  }
}
