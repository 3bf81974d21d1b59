import type { ApiPromise } from '@polkadot/api'
import * as z from 'zod'
import type { Codec } from '@polkadot/types/types'
import type { StorageKey } from '@polkadot/types'
import { fromCodec } from './codec.ts'
import { BlockUnavailable, RequestFailed, WrongRuntime } from './errors.ts'
import { headerShape } from './heads.ts'
import { bytesOf, hexOf } from './hex.ts'
import { readOutlook } from './outlook.ts'
import type { Rpc } from './rpc.ts'
import { read } from './shape.ts'
import type { Hex, Outlook, RuntimeVersion } from './types.ts'

/** Reads the chain's storage at one block: at the hash given, else at the finalised head. */
export type Reader = {
  /** The hash that reads without one are of, for reads that have to fit together. */
  snapshot: (at?: string) => Promise<Hex>
  /** The runtime of the block. */
  version: (at?: string) => Promise<RuntimeVersion>
  /** One item, decoded; null where it has no value and no default. */
  item: (
    at: string | undefined,
    pallet: string,
    item: string,
    ...keys: unknown[]
  ) => Promise<unknown>
  /** One item of each of these keys, asked for together; null where it has no value. */
  items: (
    at: string | undefined,
    pallet: string,
    item: string,
    keys: readonly unknown[],
  ) => Promise<(Item | null)[]>
  /** What our runtime API answers, decoded. */
  ask: (at: string | undefined, method: string, ...args: unknown[]) => Promise<unknown>
  /** The answer of a method that makes a call and undoes it. */
  rehearse: (at: string | undefined, method: string, ...args: unknown[]) => Promise<Outlook>
  /** All entries of a map whose keys begin with these. */
  entries: (
    at: string | undefined,
    pallet: string,
    item: string,
    ...keys: unknown[]
  ) => Promise<Entry[]>
  /** All entries of a map, a page at a time, in the order of the chain's storage. */
  pages: (at: string, pallet: string, item: string) => AsyncIterable<Entry[]>
}

export type Entry = { keys: unknown[]; value: unknown }

export type Item = {
  /** The same for the same bytes under the same runtime: what they mean need not be found out twice. */
  fingerprint: string
  decode: () => unknown
}

/** A page of the largest entries, bodies of 16 KiB, is 4 MB. */
const PAGE_SIZE = 256

export function createReader(api: ApiPromise, rpc: Rpc): Reader {
  async function snapshot(at?: string): Promise<Hex> {
    if (at === undefined) return (await api.rpc.chain.getFinalizedHead()).toHex()
    return hexOf(bytesOf(at, { field: 'at', length: 32 }))
  }

  async function storageAt(at: string | undefined, pallet: string, item: string) {
    const hash = await snapshot(at)
    // The API warns on the console of a block it does not find.
    if (at !== undefined) await expectBlock(rpc, hash)
    const { query, runtimeVersion } = await api.at(hash)
    const entry = query[pallet]?.[item]
    if (entry !== undefined) return { entry, hash }
    throw new WrongRuntime(
      `The runtime ${runtimeVersion.specName.toString()} ${runtimeVersion.specVersion.toString()} has no storage ${pallet}.${item}`,
      { remedy: 'This program and the chain have to be of the same release.' },
    )
  }

  async function ask(at: string | undefined, method: string, ...args: unknown[]) {
    const hash = await snapshot(at)
    if (at !== undefined) await expectBlock(rpc, hash)
    const { call, registry, runtimeVersion } = await api.at(hash)
    const answer = call['covenantApi']?.[method]
    if (answer !== undefined) return { answer: await ofBlock(hash, answer(...args)), registry }
    throw new WrongRuntime(
      `The runtime ${runtimeVersion.specName.toString()} ${runtimeVersion.specVersion.toString()} does not answer ${method}`,
      { remedy: 'This program and the chain have to be of the same release.' },
    )
  }

  return {
    snapshot,
    ask: async (at, method, ...args) => fromCodec((await ask(at, method, ...args)).answer),
    async rehearse(at, method, ...args) {
      const { answer, registry } = await ask(at, method, ...args)
      return readOutlook(fromCodec(answer), { registry, method })
    },
    async version(at) {
      const hash = await snapshot(at)
      if (at !== undefined) await expectBlock(rpc, hash)
      const version = await ofBlock(hash, api.rpc.state.getRuntimeVersion(hash))
      return {
        specName: version.specName.toString(),
        specVersion: version.specVersion.toNumber(),
        transactionVersion: version.transactionVersion.toNumber(),
      }
    },
    async item(at, pallet, item, ...keys) {
      const { entry, hash } = await storageAt(at, pallet, item)
      return fromCodec(await ofBlock(hash, entry(...keys)))
    },
    async items(at, pallet, item, keys) {
      if (keys.length === 0) return []
      const { entry, hash } = await storageAt(at, pallet, item)
      const { registry, runtimeVersion } = await api.at(hash)
      const type = registry.createLookupType(entry.creator.meta.type.asMap.value)
      const wanted = keys.map((key) => entry.key(key) as Hex)
      const pages = Array.from({ length: Math.ceil(wanted.length / PAGE_SIZE) }, (_, page) =>
        wanted.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE),
      )
      const found = await Promise.all(pages.map((page) => valuesOf(rpc, page, hash)))
      const values = new Map(found.flat())
      return wanted.map((key): Item | null => {
        const hex = values.get(key) ?? null
        if (hex === null) return null
        return {
          fingerprint: `${runtimeVersion.specVersion.toString()} ${hex}`,
          decode: () => fromCodec(registry.createTypeUnsafe(type, [bytesOf(hex)])),
        }
      })
    },
    async entries(at, pallet, item, ...keys) {
      const { entry, hash } = await storageAt(at, pallet, item)
      return (await ofBlock(hash, entry.entries(...keys))).map(toEntry)
    },
    async *pages(at, pallet, item) {
      const { entry, hash } = await storageAt(at, pallet, item)
      let startKey: string | undefined
      for (;;) {
        const next = {
          args: [],
          pageSize: PAGE_SIZE,
          ...(startKey === undefined ? {} : { startKey }),
        }
        const pairs = await ofBlock(hash, entry.entriesPaged(next))
        if (pairs.length > 0) yield pairs.map(toEntry)
        if (pairs.length < PAGE_SIZE) return
        startKey = pairs.at(-1)?.[0].toHex()
      }
    },
  }
}

async function valuesOf(rpc: Rpc, keys: readonly Hex[], hash: Hex) {
  const answer = await ofBlock(hash, rpc.request('state_queryStorageAt', [keys, hash]))
  return read(changeSets, answer, 'state_queryStorageAt').flatMap(({ changes }) => changes)
}

/** What `state_queryStorageAt` answers: of one block, one set. */
export const changeSets = z.array(
  z.object({ changes: z.array(z.tuple([z.string(), z.custom<Hex>().nullable()])) }),
)

const toEntry = ([key, value]: [StorageKey, Codec]): Entry => ({
  keys: key.args.map(fromCodec),
  value: fromCodec(value),
})

async function expectBlock(rpc: Rpc, hash: Hex) {
  const header = await ofBlock(hash, rpc.request('chain_getHeader', [hash]))
  if (read(headerShape.nullable(), header, 'header') === null) throw unavailable(hash)
}

/** Says it in our words when the endpoint does not have a block that was asked about. */
export async function ofBlock<T>(block: number | string, asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof RequestFailed && NO_BLOCK.test(error.message))
      throw unavailable(block, error)
    throw error
  }
}

/** As Substrate nodes put it: no such header, or its state was pruned. */
const NO_BLOCK = /unknown ?block|header was not found|block .*not found|state already discarded/i

export const unavailable = (block: number | string, cause?: unknown) =>
  new BlockUnavailable(block, {
    what: 'the endpoint does not have it, or no longer its state',
    remedy:
      'A finalised block of this chain would have been read; for old ones ask an archive node (--state-pruning archive).',
    cause,
  })
