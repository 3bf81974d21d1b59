import { setImmediate as breathe } from 'node:timers/promises'
import { callRuntime } from './lookup.ts'
import { Subscription, type Methods, type Node } from './method.ts'
import { RpcError } from './rpc-error.ts'
import { asStorageQuery, storageItems } from './storage-items.ts'

/** Every block is kept for ever, so the archive has them all. */
export function archiveMethods({ chain }: Node): Methods {
  return {
    archive_v1_genesisHash: () => chain.genesisHash,
    archive_v1_finalizedHeight: () => chain.head().number,
    archive_v1_hashByHeight: (params) => {
      const block = chain.block(params.count(0, 'height'))
      return block ? [block.hash] : []
    },
    archive_v1_header: (params) => chain.block(params.hash(0, 'block hash'))?.header ?? null,
    archive_v1_body: (params) => {
      const block = chain.block(params.hash(0, 'block hash'))
      return block ? chain.extrinsics(block) : null
    },
    archive_v1_call: async (params) => {
      const block = chain.block(params.hash(0, 'block hash'))
      if (!block) return null
      const [method, argument] = [params.text(1, 'function'), params.hex(2, 'callParameters')]
      try {
        return { success: true, value: await callRuntime(chain, block, method, argument) }
      } catch (error) {
        if (error instanceof RpcError) return { success: false, error: error.message }
        throw error
      }
    },
    archive_v1_storage: (params) => {
      const hash = params.hash(0, 'block hash')
      const queries = params.list(1, 'items').map(asStorageQuery)
      return new Subscription('archive_v1_storageEvent', ({ notify, end }) => {
        let isStopped = false
        const tell = async () => {
          const block = chain.block(hash)
          if (!block) return notify({ event: 'storageError', error: `there is no block ${hash}` })
          const state = chain.state(block)
          for (const query of queries) {
            for (const items of storageItems(state, query)) {
              items.forEach((item) => notify({ event: 'storage', ...item }))
              await breathe()
              if (isStopped) return
            }
          }
          notify({ event: 'storageDone' })
        }
        void tell()
          .catch((error: unknown) =>
            notify({ event: 'storageError', error: (error as Error).message }),
          )
          .finally(end)
        return () => {
          isStopped = true
        }
      })
    },
    archive_v1_stopStorage: (params, connection) => {
      connection.unsubscribe(params.text(0, 'operationId'))
      return null
    },
  }
}
