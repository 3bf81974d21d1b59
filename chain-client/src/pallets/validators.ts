import * as z from 'zod'
import { publicKeyOf } from '../address.ts'
import type { Reader } from '../reader.ts'
import { account, read } from '../shape.ts'
import type { Chain } from '../types.ts'

const accounts = z.array(account)

export const validatorsEvents = {
  'validators.ValidatorsSet': z.strictObject({ accounts }),
}

export const validatorsReads = ({ item }: Reader): Chain['validators'] => ({
  async chosen(at) {
    const stored = await item(at, 'validators', 'chosen')
    return read(z.nullable(accounts), stored, 'validators.Chosen') ?? []
  },
  async hasKeys(address, at) {
    publicKeyOf(address, 'account')
    return (await item(at, 'session', 'nextKeys', address)) !== null
  },
})

export const validatorsCalls = { set: z.strictObject({ accounts }) }
