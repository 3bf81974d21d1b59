import { blake2Hash, type Hex } from '@covenant/schema/hash'
import { toBytes } from '../scale.ts'
import { CODE_KEY, keysWithPrefix, type Changes } from '../state.ts'
import type { StoredBlock } from '../store.ts'
import { blockAt, callRuntime } from './lookup.ts'
import { Subscription, unsubscriber, type Method, type Methods, type Node } from './method.ts'
import { invalid, type Params } from './params.ts'
import { RpcError } from './rpc-error.ts'

const MAX_PAGE_SIZE = 1_000
const MAX_WATCHED_KEYS = 10_000

export function stateMethods({ chain, log }: Node): Methods {
  const getMetadata: Method = (params) => chain.metadata(blockAt(chain, params, 0))
  const getRuntimeVersion: Method = (params) => chain.version(blockAt(chain, params, 0))
  const call: Method = (params) =>
    callRuntime(
      chain,
      blockAt(chain, params, 2),
      params.text(0, 'method'),
      params.hex(1, 'argument'),
    )
  const value = (params: Params) =>
    chain.state(blockAt(chain, params, 1)).get(params.hex(0, 'key')) ?? null
  const sizeOf = (params: Params) => {
    const found = value(params)
    return found && toBytes(found).length
  }
  const hashOf = (params: Params) => {
    const found = value(params)
    return found && blake2Hash(toBytes(found))
  }
  const getKeysPaged: Method = (params) => {
    const limit = params.count(1, 'count')
    if (limit > MAX_PAGE_SIZE) {
      const message = `count exceeds maximum value. value: ${limit}, max: ${MAX_PAGE_SIZE}`
      throw new RpcError(4002, message)
    }
    const after = params.optionalHex(2, 'start key')
    const prefix = params.optionalHex(0, 'prefix') ?? '0x'
    return keysWithPrefix(chain.state(blockAt(chain, params, 3)), { prefix, after, limit })
  }
  const valuesAt = (block: StoredBlock, keys: Hex[]) => {
    const state = chain.state(block)
    const changes = keys.map((key) => [key, state.get(key) ?? null])
    return { block: block.hash, changes }
  }
  /** Those of `keys` whose values a block changed, as pairs. */
  const changed = (block: StoredBlock, changes: Changes, keys: Hex[]) => {
    const before = chain.state(chain.block(block.number - 1)!)
    return keys
      .filter((key) => changes.has(key) && (before.get(key) ?? null) !== changes.get(key))
      .map((key) => [key, changes.get(key)])
  }
  const queryStorage: Method = (params) => {
    const keys = params.hexList(0, 'keys')
    const from = blockAt(chain, params, 1)
    const to = blockAt(chain, params, 2)
    const sets = [valuesAt(from, keys)]
    for (let number = from.number + 1; number <= to.number; number++) {
      const block = chain.block(number)!
      const changes = changed(block, chain.changes(block), keys)
      if (changes.length > 0) sets.push({ block: block.hash, changes: changes as [] })
    }
    return sets
  }
  const subscribeStorage: Method = (params) => {
    const keys = params.hexList(0, 'keys')
    if (keys.length === 0 || keys.length > MAX_WATCHED_KEYS) {
      throw invalid('keys', `a list of 1 to ${MAX_WATCHED_KEYS} keys`)
    }
    return new Subscription('state_storage', ({ notify }) => {
      notify(valuesAt(chain.head(), keys))
      return chain.onBlock((block, changes) => {
        const pairs = changed(block, changes, keys)
        if (pairs.length > 0) notify({ block: block.hash, changes: pairs })
      })
    })
  }
  const subscribeRuntimeVersion: Method = () =>
    new Subscription('state_runtimeVersion', ({ notify }) => {
      let saying: Promise<void> = Promise.resolve()
      const say = (block: StoredBlock) => {
        saying = saying
          .then(async () => notify(await chain.version(block)))
          .catch((error: unknown) => log.error('the runtime has no version', { error }))
      }
      say(chain.head())
      return chain.onBlock((block, changes) => {
        if (changes.has(CODE_KEY)) say(block)
      })
    })

  return {
    state_getMetadata: getMetadata,
    state_getRuntimeVersion: getRuntimeVersion,
    chain_getRuntimeVersion: getRuntimeVersion,
    state_call: call,
    state_callAt: call,
    state_getStorage: value,
    state_getStorageAt: value,
    state_getStorageSize: sizeOf,
    state_getStorageSizeAt: sizeOf,
    state_getStorageHash: hashOf,
    state_getStorageHashAt: hashOf,
    state_getKeysPaged: getKeysPaged,
    state_getKeysPagedAt: getKeysPaged,
    state_queryStorage: queryStorage,
    state_queryStorageAt: (params) => [
      valuesAt(blockAt(chain, params, 1), params.hexList(0, 'keys')),
    ],
    state_subscribeStorage: subscribeStorage,
    state_unsubscribeStorage: unsubscriber(),
    state_subscribeRuntimeVersion: subscribeRuntimeVersion,
    state_unsubscribeRuntimeVersion: unsubscriber(),
  }
}
