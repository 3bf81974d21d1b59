import { InvalidArgument } from './errors.ts'
import type { Hex } from './types.ts'

/** 0x and lowercase digits. */
export const hexOf = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`

/**
 * The bytes that a hex string stands for, exactly `length` of them where that is given.
 *
 * Throws `InvalidArgument` naming `field`.
 */
export function bytesOf(
  hex: string,
  { field = 'hex', length }: BytesOptions = {},
): Uint8Array<ArrayBuffer> {
  const wanted = length === undefined ? 'an even number of digits' : `${length * 2} digits`
  if (!/^0x(?:[0-9a-fA-F]{2})*$/.test(hex)) {
    throw new InvalidArgument(field, {
      what: `${JSON.stringify(hex)} is not hexadecimal`,
      remedy: `Write 0x and ${wanted} of 0-9 and a-f.`,
    })
  }
  const bytes = Uint8Array.from(Buffer.from(hex.slice(2), 'hex'))
  if (length !== undefined && bytes.length !== length) {
    throw new InvalidArgument(field, {
      what: `${hex} has ${bytes.length} bytes instead of ${length}`,
      remedy: `Write 0x and ${wanted} of 0-9 and a-f.`,
    })
  }
  return bytes
}

export type BytesOptions = {
  /** The name an error gives the value. @default 'hex' */
  field?: string
  length?: number
}
