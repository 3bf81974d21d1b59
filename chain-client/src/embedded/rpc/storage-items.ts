import { blake2Hash, type Hex } from '@covenant/schema/hash'
import { toBytes } from '../scale.ts'
import { keysWithPrefix, type State } from '../state.ts'
import { asHex, invalid } from './params.ts'

const KINDS = [
  'value',
  'hash',
  'closestDescendantMerkleValue',
  'descendantsValues',
  'descendantsHashes',
] as const

export type StorageQuery = { key: Hex; type: (typeof KINDS)[number] }
export type StorageItem = {
  key: Hex
  value?: Hex
  hash?: Hex
  closestDescendantMerkleValue?: Hex
}

const PAGE_SIZE = 200

export function asStorageQuery(item: unknown): StorageQuery {
  const { key, type } = (item ?? {}) as Record<string, unknown>
  const kind = KINDS.find((kind) => kind === type)
  if (!kind) throw invalid('type', `one of ${KINDS.join(', ')}`)
  return { key: asHex(key, 'key'), type: kind }
}

/** The answers to a query, in pages: whoever reads them may do something else in between. */
export function* storageItems(state: State, { key, type }: StorageQuery): Generator<StorageItem[]> {
  switch (type) {
    case 'value':
    case 'hash': {
      const value = state.get(key)
      if (value !== undefined) yield [itemOf(type, key, value)]
      return
    }
    case 'closestDescendantMerkleValue': {
      const value = fingerprint(state, key)
      if (value !== undefined) yield [{ key, closestDescendantMerkleValue: value }]
      return
    }
    case 'descendantsValues':
    case 'descendantsHashes':
      for (const keys of pages(state, key)) {
        yield keys.map((key) =>
          itemOf(type === 'descendantsValues' ? 'value' : 'hash', key, state.get(key)!),
        )
      }
  }
}

function itemOf(kind: 'value' | 'hash', key: Hex, value: Hex): StorageItem {
  return kind === 'value' ? { key, value } : { key, hash: blake2Hash(toBytes(value)) }
}

function* pages(state: State, prefix: Hex): Generator<Hex[]> {
  let after: Hex | undefined
  let keys: Hex[]
  do {
    keys = keysWithPrefix(state, { prefix, after, limit: PAGE_SIZE })
    if (keys.length > 0) yield keys
    // A page may end with the prefix itself, behind which the next one then begins.
    after = keys.at(-1)
  } while (keys.length === PAGE_SIZE)
}

/**
 * What stands for the Merkle value, as no trie is kept: a hash over all that is below `prefix`,
 * which clients use to see whether anything there has changed.
 */
function fingerprint(state: State, prefix: Hex): Hex | undefined {
  let sum: Hex | undefined
  for (const keys of pages(state, prefix)) {
    const entries = keys.flatMap((key) => [toBytes(key), toBytes(state.get(key)!)])
    sum = blake2Hash(Buffer.concat([toBytes(sum ?? '0x'), ...entries]))
  }
  return sum
}
