import type { Hex } from '@covenant/schema/hash'
import { decodeHeader } from '../header.ts'
import type { StoredBlock } from '../store.ts'
import { Subscription, unsubscriber, type Method, type Methods, type Node } from './method.ts'
import { invalid, type Params } from './params.ts'

export function chainMethods({ chain }: Node): Methods {
  const named = (params: Params) => {
    const hash = params.optionalHash(0, 'block hash')
    return hash === undefined ? chain.head() : chain.block(hash)
  }
  const hashOf = (number: unknown) => chain.block(asBlockNumber(number))?.hash ?? null
  const getBlockHash: Method = (params) => {
    const numbers = params.at(0)
    if (numbers === undefined) return chain.head().hash
    return Array.isArray(numbers) ? numbers.map(hashOf) : hashOf(numbers)
  }
  // Every head is final at once, so the three kinds differ in their names only.
  const heads = (notification: string) => () =>
    new Subscription(notification, ({ notify }) => {
      notify(headerJson(chain.head()))
      return chain.onBlock((block) => notify(headerJson(block)))
    })
  const getFinalizedHead = () => chain.head().hash

  return {
    chain_getHeader: (params) => {
      const block = named(params)
      return block ? headerJson(block) : null
    },
    chain_getBlock: (params) => {
      const block = named(params)
      if (!block) return null
      const extrinsics = chain.extrinsics(block)
      return { block: { header: headerJson(block), extrinsics }, justifications: null }
    },
    chain_getBlockHash: getBlockHash,
    chain_getHead: getBlockHash,
    chain_getFinalizedHead: getFinalizedHead,
    chain_getFinalisedHead: getFinalizedHead,
    chain_subscribeNewHeads: heads('chain_newHead'),
    chain_subscribeNewHead: heads('chain_newHead'),
    chain_unsubscribeNewHeads: unsubscriber(),
    chain_unsubscribeNewHead: unsubscriber(),
    chain_subscribeAllHeads: heads('chain_allHead'),
    chain_unsubscribeAllHeads: unsubscriber(),
    chain_subscribeFinalizedHeads: heads('chain_finalizedHead'),
    chain_subscribeFinalisedHeads: heads('chain_finalizedHead'),
    chain_unsubscribeFinalizedHeads: unsubscriber(),
    chain_unsubscribeFinalisedHeads: unsubscriber(),
  }
}

function headerJson({ header }: StoredBlock): Record<string, unknown> {
  const { parentHash, number, stateRoot, extrinsicsRoot, logs } = decodeHeader(header)
  const hexNumber: Hex = `0x${number.toString(16)}`
  return { parentHash, number: hexNumber, stateRoot, extrinsicsRoot, digest: { logs } }
}

/** A number, or its hexadecimal digits. */
function asBlockNumber(value: unknown): number {
  const isHex = typeof value === 'string' && /^0x[0-9a-f]{1,12}$/i.test(value)
  const number = isHex ? Number(value) : value
  if (!Number.isSafeInteger(number) || (number as number) < 0) {
    throw invalid('block number', 'a number from 0 on, or a list of them')
  }
  return number as number
}
