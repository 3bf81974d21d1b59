import * as z from 'zod'
import { publicKeyOf } from '../address.ts'
import type { Reader } from '../reader.ts'
import { bytes, bytes32, read, u32 } from '../shape.ts'
import type { Chain } from '../types.ts'

/** Of the account the runtime keeps more than its count of transactions. */
const accountInfo = z.object({ nonce: u32 })

const authorized = z.nullable(z.object({ codeHash: bytes32 }))

export const systemReads = ({ item }: Reader): Chain['system'] => ({
  async authorizedUpgrade(at) {
    const stored = await item(at, 'system', 'authorizedUpgrade')
    return read(authorized, stored, 'system.AuthorizedUpgrade')?.codeHash ?? null
  },
  async nextNonce(account, at) {
    publicKeyOf(account)
    const stored = await item(at, 'system', 'account', account)
    return read(accountInfo, stored, `system.Account(${account})`).nonce
  },
})

export const systemCalls = {
  authorizeUpgrade: z.strictObject({ codeHash: bytes32 }),
  applyAuthorizedUpgrade: z.strictObject({ code: bytes }),
}
