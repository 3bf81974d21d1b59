import * as z from 'zod'
import type { CallShape } from '../shape.ts'

export const utilityCalls = (call: CallShape) => ({
  batchAll: z.strictObject({ calls: z.array(call) }),
})
