import * as z from 'zod'
import type { Reader } from '../reader.ts'
import { read, u64 } from '../shape.ts'
import type { Chain } from '../types.ts'

export const moment = z.strictObject({ chainMs: u64, timestampMs: u64 })

export const clockReads = ({ item }: Reader): Chain['clock'] => ({
  async now(at) {
    const { chainMs } = read(moment, await item(at, 'clock', 'moment'), 'clock.Moment')
    return Math.floor(chainMs / 1000)
  },
})
