import * as z from 'zod'
import { account } from '../shape.ts'

const accounts = z.array(account)

export const validatorsEvents = {
  'validators.ValidatorsSet': z.strictObject({ accounts }),
}

export const validatorsCalls = { set: z.strictObject({ accounts }) }
