import * as z from 'zod'
import { bytes32 } from '../shape.ts'

export const systemCalls = { authorizeUpgrade: z.strictObject({ codeHash: bytes32 }) }
