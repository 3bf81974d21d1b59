import type { StatusListener, TransactionStatus } from '../pool.ts'
import { Subscription, unsubscriber, type Methods, type Node } from './method.ts'

/**
 * "In a block" and "finalized" are the same moment here. But @polkadot/api reads the block before it
 * hands the first on, and forgets about it where the second comes in between: so a client that asks
 * about the block has its answers first, and every client has this long to begin.
 */
const FINALITY_DELAY_MS = 100

export function authorMethods({ pool }: Pick<Node, 'pool'>): Methods {
  return {
    author_submitExtrinsic: (params) => pool.submit(params.hex(0, 'extrinsic')),
    author_pendingExtrinsics: () => pool.pending(),
    author_submitAndWatchExtrinsic: async (params) => {
      const extrinsic = params.hex(0, 'extrinsic')
      // It may be in a block before the client knows the id of its subscription.
      const early: TransactionStatus[] = []
      let listen: StatusListener = (status) => early.push(status)
      const onStatus: StatusListener = (status) => listen(status)
      const hash = await pool.submit(extrinsic, onStatus)
      return new Subscription('author_extrinsicUpdate', ({ notify, settled, end }) => {
        let isStopped = false
        let timer: NodeJS.Timeout | undefined
        const finish = (status: TransactionStatus) => {
          if (isStopped) return
          notify(status)
          end()
        }
        listen = (status) => {
          if (!isLast(status)) notify(status)
          else if (typeof status === 'string' || 'usurped' in status) finish(status)
          else
            timer = setTimeout(() => void settled().then(() => finish(status)), FINALITY_DELAY_MS)
        }
        early.forEach(listen)
        return () => {
          isStopped = true
          clearTimeout(timer)
          pool.unwatch(hash, onStatus)
        }
      })
    },
    author_unwatchExtrinsic: unsubscriber(),
  }
}

function isLast(status: TransactionStatus): boolean {
  if (typeof status === 'string') return status === 'dropped' || status === 'invalid'
  return 'finalized' in status || 'usurped' in status
}
