import type { ApiPromise } from '@polkadot/api'
import { blake2AsHex } from './polkadot/util-crypto.ts'
import * as z from 'zod'
import { InvalidArgument, UnexpectedShape } from './errors.ts'
import { errorOf, feeOf, typeEvent } from './events.ts'
import { headerShape, type Heads } from './heads.ts'
import { bytesOf, hexOf } from './hex.ts'
import { changeSets, ofBlock, unavailable } from './reader.ts'
import type { Rpc } from './rpc.ts'
import type { BlockEvent, Runtime } from './runtime.ts'
import { createRuntimes, LAST_UPGRADE_KEY } from './runtimes.ts'
import { read } from './shape.ts'
import type { Block, Extrinsic, Hex } from './types.ts'

export type Blocks = {
  /** By hash, or by height when that is finalised. */
  get: (heightOrHash: number | string) => Promise<Block>
  /** By a height that is known to be finalised. */
  finalized: (height: number) => Promise<Block>
}

const signedBlock = z
  .object({ block: z.object({ header: headerShape, extrinsics: z.array(z.string()) }) })
  .nullable()
const blockHash = z.custom<Hex>().nullable()

type Deps = { api: ApiPromise; rpc: Rpc; heads: Heads }

export function createBlocks({ api, rpc, heads }: Deps): Blocks {
  const runtimes = createRuntimes(rpc)
  // These two keys are the same in every Substrate runtime.
  const eventsKey = storageKey(api, 'system', 'events')
  const nowKey = storageKey(api, 'timestamp', 'now')

  /** Everything that a block is read from, in one round. */
  async function fetch(hash: Hex) {
    const keys = [eventsKey, nowKey, LAST_UPGRADE_KEY]
    const [block, state] = await ofBlock(
      hash,
      Promise.all([
        rpc.request('chain_getBlock', [hash]),
        rpc.request('state_queryStorageAt', [keys, hash]),
      ]),
    )
    const signed = read(signedBlock, block, 'chain_getBlock')
    const [set] = read(changeSets, state, 'state_queryStorageAt')
    if (signed === null || set === undefined) throw unavailable(hash)
    return { ...signed.block, state: new Map(set.changes) }
  }

  async function byHash(hash: Hex): Promise<Block> {
    const { header, extrinsics, state } = await fetch(hash)
    const runtime = await runtimes.of(hash, state.get(LAST_UPGRADE_KEY) ?? null)
    const height = Number(header.number)
    const events = decodeEvents(runtime, state.get(eventsKey) ?? null, height)
    return {
      height,
      hash,
      parentHash: header.parentHash,
      timestampMs: readU64(state.get(nowKey) ?? null),
      transactionVersion: runtime.transactionVersion,
      extrinsics: extrinsics.map((hex, index) => readExtrinsic(runtime, { hex, index, events })),
      events: events.map(typeEvent),
    }
  }

  async function finalized(height: number): Promise<Block> {
    const answer = await rpc.request('chain_getBlockHash', [height])
    const hash = read(blockHash, answer, 'chain_getBlockHash')
    if (hash === null) throw unavailable(height)
    return byHash(hash)
  }

  return {
    finalized,
    async get(heightOrHash) {
      if (typeof heightOrHash === 'string') {
        return byHash(hexOf(bytesOf(heightOrHash, { field: 'block', length: 32 })))
      }
      if (!Number.isSafeInteger(heightOrHash) || heightOrHash < 0) {
        throw new InvalidArgument('block', {
          what: `${heightOrHash} is not a height`,
          remedy: 'A height is a whole number from 0.',
        })
      }
      const { height: last } = await heads.finalized()
      if (heightOrHash <= last) return finalized(heightOrHash)
      throw unavailable(heightOrHash, new Error(`the last finalised block is ${last}`))
    },
  }
}

function decodeEvents(runtime: Runtime, value: Hex | null, height: number): BlockEvent[] {
  try {
    return runtime.decodeEvents(value)
  } catch (cause) {
    throw new UnexpectedShape(`the events of block ${height}`, {
      what: `the metadata of version ${runtime.specVersion} of the runtime does not read them (${(cause as Error).message})`,
      remedy:
        'The metadata of the runtime that executed the block would have: use another endpoint, or a newer release of this program.',
      cause,
    })
  }
}

function storageKey(api: ApiPromise, pallet: string, item: string): Hex {
  const key = api.query[pallet]?.[item]?.key()
  return read(
    z.custom<Hex>((value) => typeof value === 'string'),
    key,
    `${pallet}.${item}`,
  )
}

const readU64 = (hex: Hex | null): number =>
  hex === null ? 0 : Number(Buffer.from(bytesOf(hex)).readBigUInt64LE())

type Place = { hex: string; index: number; events: BlockEvent[] }

function readExtrinsic(runtime: Runtime, { hex, index, events }: Place): Extrinsic {
  const bytes = bytesOf(hex, { field: 'extrinsic' })
  const own = events.filter(({ extrinsicIndex }) => extrinsicIndex === index)
  const failure = errorOf(own)
  const error = failure === null ? null : runtime.describeFailure(failure)
  return {
    index,
    hash: blake2AsHex(bytes),
    ...runtime.decodeExtrinsic(bytes),
    success: error === null,
    error,
    fee: feeOf(own),
  }
}
