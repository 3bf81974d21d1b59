import type { ApiPromise } from '@polkadot/api'
import type { EventRecord } from '@polkadot/types/interfaces'
import type { Registry } from '@polkadot/types/types'
import * as z from 'zod'
import { createCallBook } from './calls.ts'
import { fromCodec } from './codec.ts'
import { typeEvent } from './events.ts'
import { createHeads, headerShape } from './heads.ts'
import { bytesOf } from './hex.ts'
import { openApi } from './open.ts'
import * as contracts from './pallets/contracts.ts'
import { moment } from './pallets/clock.ts'
import * as groups from './pallets/groups.ts'
import { node } from './pallets/nodes.ts'
import { createReader, type Entry, ofBlock, type Reader, unavailable } from './reader.ts'
import { openRpc, type OpenOptions, type Rpc } from './rpc.ts'
import { LAST_UPGRADE_KEY } from './runtimes.ts'
import { account, amount, bytes32, read, u32, u64 } from './shape.ts'
import type {
  Account,
  Block,
  Body,
  Call,
  Contract,
  Group,
  Head,
  Hex,
  Node,
  Proposal,
  Tombstone,
} from './types.ts'

type Pages<Item> = AsyncIterable<Item[]>

/**
 * The chain as an auditor reads it: blocks and storage, whole, by @polkadot/api alone. What follows
 * the chain decodes blocks by other code, so that a mistake of either shows where the two differ.
 */
export type Audit = {
  endpoint: string
  genesisHash: Hex
  finalizedHead: () => Promise<Head>
  /** Resolves once the chain is final up to this height. */
  untilFinal: (height: number) => Promise<void>
  /** A finalised block with its events. */
  block: (height: number) => Promise<AuditedBlock>
  decodeCall: (hex: string) => Call
  /** Everything that our pallets keep after the block with the hash `at`, in pages. */
  storage: (at: string) => {
    moment: () => Promise<{ chainMs: number; timestampMs: number }>
    groups: () => Pages<Group>
    proposals: () => Pages<Proposal>
    nodes: () => Pages<Node>
    contracts: () => Pages<Contract>
    tombstones: () => Pages<Tombstone>
    bodies: () => Pages<Body>
    bodyDeposits: () => Pages<{ body: Hex; holder: Account; deposit: bigint }>
  }
  close: () => Promise<void>
}

export type AuditedBlock = Omit<Block, 'extrinsics'>

/** Connects as `connect` does, and rejects as it does. */
export async function openAudit(options: OpenOptions): Promise<Audit> {
  const rpc = await openRpc(options)
  try {
    const api = await openApi(rpc)
    const reader = createReader(api, rpc)
    const heads = createHeads(api, rpc)
    return {
      endpoint: rpc.endpoint,
      genesisHash: rpc.genesisHash,
      finalizedHead: heads.finalized,
      async untilFinal(height) {
        const { promise, resolve, reject } = Promise.withResolvers<void>()
        const onHead = (head: Head) => {
          if (head.height >= height) resolve()
        }
        const stop = heads.watch({ onHead, onEnd: reject })
        await promise.finally(stop)
      },
      block: createBlockAudit(api, rpc),
      decodeCall: createCallBook(api).decode,
      storage: (at) => storageAt(reader, at),
      async close() {
        await api.disconnect()
        await rpc.close()
      },
    }
  } catch (error) {
    await rpc.close()
    throw error
  }
}

const changeSets = z.array(
  z.object({ changes: z.array(z.tuple([z.string(), z.custom<Hex>().nullable()])) }),
)

type AuditedRuntime = { registry: Registry; transactionVersion: number }

function createBlockAudit(api: ApiPromise, rpc: Rpc): Audit['block'] {
  const eventsKey = String(api.query['system']?.['events']?.key())
  const nowKey = String(api.query['timestamp']?.['now']?.key())
  /** Each version of the runtime, by what it stores at `LAST_UPGRADE_KEY`. */
  const runtimes = new Map<Hex, Promise<AuditedRuntime>>()

  /** A block decodes with its parent's runtime, which executed it. */
  function runtimeOf(hash: Hex, parentHash: Hex, version: Hex): Promise<AuditedRuntime> {
    const known = runtimes.get(version)
    if (known !== undefined) return known
    const runtime = loadRuntime(hash, parentHash)
    runtimes.set(version, runtime)
    return runtime
  }

  async function loadRuntime(hash: Hex, parentHash: Hex): Promise<AuditedRuntime> {
    // The API takes the metadata of the block's parent.
    const { registry } = await api.getBlockRegistry(Buffer.from(hash.slice(2), 'hex'))
    return { registry, transactionVersion: await transactionVersionAt(parentHash) }
  }

  async function transactionVersionAt(hash: Hex): Promise<number> {
    const version = await ofBlock(hash, api.rpc.state.getRuntimeVersion(hash))
    return version.transactionVersion.toNumber()
  }

  return async (height) => {
    const hash = read(
      z.custom<Hex>().nullable(),
      await rpc.request('chain_getBlockHash', [height]),
      'chain_getBlockHash',
    )
    if (hash === null) throw unavailable(height)
    const keys = [eventsKey, nowKey, LAST_UPGRADE_KEY]
    const [header, sets] = await ofBlock(
      hash,
      Promise.all([
        rpc.request('chain_getHeader', [hash]),
        rpc.request('state_queryStorageAt', [keys, hash]),
      ]),
    )
    const state = new Map(read(changeSets, sets, 'state_queryStorageAt')[0]?.changes)
    const [events = null, now = null, version = null] = keys.map((key) => state.get(key))
    const { parentHash } = read(headerShape, header, 'chain_getHeader')
    // Nothing executed the genesis block: it has no events, and the runtime that its state has.
    const executed = height > 0 && version !== null
    const { registry, transactionVersion } = executed
      ? await runtimeOf(hash, parentHash, version)
      : { registry: api.registry, transactionVersion: await transactionVersionAt(hash) }
    const records = events
      ? registry.createType('Vec<FrameSystemEventRecord>', bytesOf(events))
      : []
    return {
      height,
      hash,
      parentHash,
      timestampMs: now ? api.registry.createType('u64', bytesOf(now)).toNumber() : 0,
      transactionVersion,
      events: eventsFromRecords(records as Iterable<EventRecord>),
    }
  }
}

/** The records of a block's events, as @polkadot/api decodes them, in the words of {@link Block}. */
export function eventsFromRecords(records: Iterable<EventRecord>): Block['events'] {
  return [...records].map(({ phase, event }, index) => {
    // The API renames fields that its own objects have: `hash` to `hash_`.
    const names = (event.data.names ?? []).map((name) => name.replace(/_$/, ''))
    const values = event.data.map(fromCodec)
    const data =
      names.length > 0
        ? Object.fromEntries(names.map((name, place) => [name, values[place]]))
        : (values[0] ?? null)
    const extrinsicIndex = phase.isApplyExtrinsic ? phase.asApplyExtrinsic.toNumber() : null
    return typeEvent({ pallet: event.section, name: event.method, data, extrinsicIndex }, index)
  })
}

function storageAt(reader: Reader, at: string): ReturnType<Audit['storage']> {
  const pages = <Item>(pallet: string, item: string, toItem: (entry: Entry) => Item) =>
    mapPages(reader.pages(at, pallet, item), toItem)
  return {
    moment: async () => read(moment, await reader.item(at, 'clock', 'moment'), 'clock.Moment'),
    groups: () =>
      pages('groups', 'groups', ({ keys, value }) => {
        const id = read(u32, keys[0], 'groups.Groups key')
        return {
          id,
          account: groups.groupAccount(id),
          ...read(groups.group, value, `groups.Groups(${id})`),
        }
      }),
    proposals: () =>
      pages('groups', 'proposals', ({ keys, value }) => {
        const [group, id] = keys.map((key) => read(u32, key, 'groups.Proposals key')) as [
          number,
          number,
        ]
        return { group, id, ...read(groups.proposal, value, `groups.Proposals(${group}, ${id})`) }
      }),
    nodes: () =>
      pages('nodes', 'nodes', ({ keys, value }) => {
        const id = read(u32, keys[0], 'nodes.Nodes key')
        return { id, ...read(node, value, `nodes.Nodes(${id})`) }
      }),
    contracts: () =>
      pages('contracts', 'contracts', ({ keys, value }) => {
        const id = read(u64, keys[0] as bigint, 'contracts.Contracts key')
        return { id, ...read(contracts.contract, value, `contracts.Contracts(${id})`) }
      }),
    tombstones: () =>
      pages('contracts', 'tombstones', ({ keys, value }) => {
        const id = read(u64, keys[0] as bigint, 'contracts.Tombstones key')
        return { id, ...read(contracts.tombstone, value, `contracts.Tombstones(${id})`) }
      }),
    bodies: () =>
      pages('contracts', 'bodies', ({ keys, value }) => {
        const hash = read(bytes32, keys[0], 'contracts.Bodies key')
        return { hash, ...read(contracts.body, value, `contracts.Bodies(${hash})`) }
      }),
    bodyDeposits: () =>
      pages('contracts', 'bodyDeposits', ({ keys, value }) => ({
        body: read(bytes32, keys[0], 'contracts.BodyDeposits key'),
        holder: read(account, keys[1], 'contracts.BodyDeposits key'),
        deposit: read(amount, value, 'contracts.BodyDeposits'),
      })),
  }
}

async function* mapPages<Item>(
  pages: AsyncIterable<Entry[]>,
  toItem: (entry: Entry) => Item,
): AsyncGenerator<Item[]> {
  for await (const page of pages) yield page.map(toItem)
}
