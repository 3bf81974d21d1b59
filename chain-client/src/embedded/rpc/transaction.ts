import { randomUUID } from 'node:crypto'
import type { Methods, Node } from './method.ts'

export function transactionMethods({ pool, log }: Node): Methods {
  return {
    transaction_v1_broadcast: async (params) => {
      const extrinsic = params.hex(0, 'transaction')
      // By the specification a client finds out from the blocks what became of it.
      await pool.submit(extrinsic).catch((error: unknown) => {
        log.debug('a broadcast transaction was refused', { error })
      })
      return randomUUID()
    },
    // There is nobody to whom it would still be sent.
    transaction_v1_stop: () => null,
  }
}
