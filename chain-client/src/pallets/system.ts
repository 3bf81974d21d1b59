import * as z from 'zod'
import type { Reader } from '../reader.ts'
import { bytes, bytes32, read } from '../shape.ts'
import type { Chain } from '../types.ts'

const authorized = z.nullable(z.object({ codeHash: bytes32 }))

export const systemReads = ({ item }: Reader): Chain['system'] => ({
  async authorizedUpgrade(at) {
    const stored = await item(at, 'system', 'authorizedUpgrade')
    return read(authorized, stored, 'system.AuthorizedUpgrade')?.codeHash ?? null
  },
})

export const systemCalls = {
  authorizeUpgrade: z.strictObject({ codeHash: bytes32 }),
  applyAuthorizedUpgrade: z.strictObject({ code: bytes }),
}
