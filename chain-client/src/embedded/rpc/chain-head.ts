import { randomUUID } from 'node:crypto'
import { setImmediate as breathe } from 'node:timers/promises'
import type { Hex } from '@covenant/schema/hash'
import type { Chain } from '../chain.ts'
import type { RuntimeVersion } from '../executor.ts'
import { CODE_KEY } from '../state.ts'
import type { StoredBlock } from '../store.ts'
import { isExecutionError } from './lookup.ts'
import {
  type Connection,
  type Methods,
  type Node,
  type Sink,
  Started,
  Subscription,
} from './method.ts'
import { asHash, type Params } from './params.ts'
import { RpcError } from './rpc-error.ts'
import { asStorageQuery, storageItems } from './storage-items.ts'

/** One `chainHead_v1_follow`: a client that hears of each block, and unpins those it is done with. */
type Follow = { sink: Sink; pinned: Set<Hex>; operations: Set<string> }

const MAX_FOLLOWS = 4
/** A client that unpins nothing is told to begin anew. */
const MAX_PINNED = 1_024
const MAX_OPERATIONS = 64

const LIMIT_REACHED = { result: 'limitReached' }

export function chainHeadMethods({ chain, log }: Node): Methods {
  const clients = new WeakMap<Connection, Map<string, Follow>>()
  const followsOf = (connection: Connection) => {
    const follows = clients.get(connection) ?? new Map<string, Follow>()
    clients.set(connection, follows)
    return follows
  }
  const followOf = (params: Params, connection: Connection) =>
    followsOf(connection).get(params.text(0, 'follow subscription'))

  const pinnedBlock = ({ pinned }: Follow, params: Params): StoredBlock => {
    const hash = params.hash(1, 'block hash')
    const block = pinned.has(hash) ? chain.block(hash) : undefined
    if (!block) throw new RpcError(-32801, `Block ${hash} is not pinned`)
    return block
  }

  /** Answers with an operation's id, then does it; what it says goes to the follow subscription. */
  const operation = (
    follow: Follow,
    answer: object,
    work: (say: (event: string, facts?: object) => boolean) => void | Promise<void>,
  ) => {
    if (follow.operations.size >= MAX_OPERATIONS) return LIMIT_REACHED
    const operationId = randomUUID()
    follow.operations.add(operationId)
    const say = (event: string, facts: object = {}) => {
      const isWanted = follow.operations.has(operationId)
      if (isWanted) follow.sink.notify({ event, operationId, ...facts })
      return isWanted
    }
    const perform = async () => {
      try {
        await work(say)
      } catch (error) {
        if (!isExecutionError(error)) log.error('an operation of chainHead failed', { error })
        say('operationError', { error: (error as Error).message })
      }
      follow.operations.delete(operationId)
    }
    return new Started({ result: 'started', operationId, ...answer }, () => void perform())
  }

  return {
    chainHead_v1_follow: (params, connection) => {
      const withRuntime = params.flag(0, 'withRuntime')
      const follows = followsOf(connection)
      if (follows.size >= MAX_FOLLOWS) {
        throw new RpcError(-32800, 'Maximum number of chainHead_follow has been reached')
      }
      return new Subscription('chainHead_v1_followEvent', (sink) => {
        const follow: Follow = { sink, pinned: new Set(), operations: new Set() }
        follows.set(sink.id, follow)
        const stop = followHead(chain, follow, withRuntime, (error) =>
          log.error('a chainHead subscription failed', { error }),
        )
        return () => {
          stop()
          follow.operations.clear()
          follows.delete(sink.id)
        }
      })
    },
    chainHead_v1_unfollow: (params, connection) => {
      connection.unsubscribe(params.text(0, 'follow subscription'))
      return null
    },
    chainHead_v1_header: (params, connection) => {
      const follow = followOf(params, connection)
      return follow ? pinnedBlock(follow, params).header : null
    },
    chainHead_v1_body: (params, connection) => {
      const follow = followOf(params, connection)
      if (!follow) return LIMIT_REACHED
      const block = pinnedBlock(follow, params)
      return operation(follow, {}, (say) => {
        say('operationBodyDone', { value: chain.extrinsics(block) })
      })
    },
    chainHead_v1_call: (params, connection) => {
      const follow = followOf(params, connection)
      if (!follow) return LIMIT_REACHED
      const block = pinnedBlock(follow, params)
      const [method, argument] = [params.text(2, 'function'), params.hex(3, 'callParameters')]
      return operation(follow, {}, async (say) => {
        say('operationCallDone', { output: await chain.call(block, method, argument) })
      })
    },
    chainHead_v1_storage: (params, connection) => {
      const follow = followOf(params, connection)
      if (!follow) return LIMIT_REACHED
      const state = chain.state(pinnedBlock(follow, params))
      const queries = params.list(2, 'items').map(asStorageQuery)
      return operation(follow, { discardedItems: 0 }, async (say) => {
        for (const query of queries) {
          for (const items of storageItems(state, query)) {
            if (!say('operationStorageItems', { items })) return
            await breathe()
          }
        }
        say('operationStorageDone')
      })
    },
    chainHead_v1_stopOperation: (params, connection) => {
      followOf(params, connection)?.operations.delete(params.text(1, 'operationId'))
      return null
    },
    // No operation here ever waits to be continued.
    chainHead_v1_continue: () => {
      throw new RpcError(-32803, 'The operation is not waiting for anything')
    },
    chainHead_v1_unpin: (params, connection) => {
      const hashes = [params.at(1)].flat().map((hash) => asHash(hash, 'block hash'))
      const pinned = followOf(params, connection)?.pinned
      hashes.forEach((hash) => pinned?.delete(hash))
      return null
    },
  }
}

function followHead(
  chain: Chain,
  { sink, pinned }: Follow,
  withRuntime: boolean,
  onError: (error: unknown) => void,
): () => void {
  const runtime = async (block: StoredBlock) =>
    withRuntime ? { type: 'valid', spec: runtimeSpec(await chain.version(block)) } : undefined

  const initialize = async (head: StoredBlock) => {
    const finalizedBlockRuntime = await runtime(head)
    pinned.add(head.hash)
    sink.notify({
      event: 'initialized',
      finalizedBlockHashes: [head.hash],
      ...(finalizedBlockRuntime && { finalizedBlockRuntime }),
    })
    sink.notify({ event: 'bestBlockChanged', bestBlockHash: head.hash })
  }
  const advance = async (block: StoredBlock, isUpgrade: boolean) => {
    const newRuntime = (isUpgrade && (await runtime(block))) || null
    if (pinned.size >= MAX_PINNED) {
      sink.notify({ event: 'stop' })
      return sink.end()
    }
    pinned.add(block.hash)
    const { hash, parentHash } = block
    sink.notify({ event: 'newBlock', blockHash: hash, parentBlockHash: parentHash, newRuntime })
    sink.notify({ event: 'bestBlockChanged', bestBlockHash: hash })
    sink.notify({ event: 'finalized', finalizedBlockHashes: [hash], prunedBlockHashes: [] })
  }

  let saying = initialize(chain.head()).catch(onError)
  return chain.onBlock((block, changes) => {
    saying = saying.then(() => advance(block, changes.has(CODE_KEY))).catch(onError)
  })
}

function runtimeSpec(version: RuntimeVersion): object {
  const { specName, implName, specVersion, implVersion, transactionVersion, apis } = version
  return {
    specName,
    implName,
    specVersion,
    implVersion,
    transactionVersion,
    apis: Object.fromEntries(apis),
  }
}
