import type { ApiPromise } from '@polkadot/api'
import type { Account } from './types.ts'

/**
 * The next nonce of each account. The endpoint counts what waits in its pool, but for a moment not
 * what it is just putting into a block; what was sent from here and is not settled is counted here.
 */
export type Nonces = {
  next: (account: Account) => Promise<number>
  sent: (account: Account, nonce: number) => void
  /** It is in a final block, is given up or is no longer waited for. */
  settled: (account: Account, nonce: number) => void
}

export function createNonces(api: Pick<ApiPromise, 'rpc'>): Nonces {
  const highest = new Map<Account, number>()

  return {
    async next(account) {
      const told = (await api.rpc.system.accountNextIndex(account)).toNumber()
      return Math.max(told, (highest.get(account) ?? -1) + 1)
    },
    sent: (account, nonce) => void highest.set(account, nonce),
    settled(account, nonce) {
      if (highest.get(account) === nonce) highest.delete(account)
    },
  }
}
