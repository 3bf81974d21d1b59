import * as z from 'zod'
import { publicKeyOf } from './address.ts'
import { InvalidArgument, UnexpectedShape } from './errors.ts'
import { bytesOf, hexOf } from './hex.ts'
import type { Account, Call, Hex } from './types.ts'

/**
 * The pieces that the pallets' shapes are made of. Each is read both ways: from what the codec
 * yields (`fromWire`) to plain values, and back. A shape names every field and refuses any other, so
 * a pallet that changed is an error with the field's name instead of an `undefined` further on.
 */

/** A call within a call. */
export type CallShape = z.ZodType<Call>

const uint = (bits: number) =>
  z
    .number()
    .int()
    .min(0)
    .max(2 ** bits - 1)

export const u8 = uint(8)
export const u16 = uint(16)
export const u32 = uint(32)

/** A u64 whose values stay below 2^53: ids and times. */
export const u64 = z.codec(
  z.bigint().min(0n).max(BigInt(Number.MAX_SAFE_INTEGER)),
  z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  { decode: Number, encode: BigInt },
)

/** A u128 of the smallest unit. */
export const amount = z
  .bigint()
  .min(0n)
  .max(2n ** 128n - 1n)

export const account = z.codec(z.string(), z.custom<Account>(), {
  decode: (address) => address,
  encode: refusing((address) => {
    publicKeyOf(address)
    return address
  }),
})

const asHex = (length?: number) => (value: Hex | Uint8Array) => {
  const hex = typeof value === 'string' ? value : hexOf(value)
  return hexOf(bytesOf(hex, length === undefined ? {} : { length }))
}

/** 32 bytes: a hash or a key. */
export const bytes32 = z.codec(z.string(), z.custom<Hex>(), {
  decode: (hex) => hex as Hex,
  encode: refusing(asHex(32)),
})

export const bytes = z.codec(z.instanceof(Uint8Array), z.custom<Hex>(), {
  decode: hexOf,
  encode: refusing((hex) => bytesOf(asHex()(hex))),
})

/**
 * Text that anybody may have written: what is not UTF-8 reads as U+FFFD, and so does the character
 * U+0000, which databases refuse.
 */
export const text = z.codec(z.instanceof(Uint8Array), z.string(), {
  decode: (value) => new TextDecoder().decode(value).replaceAll('\0', '\uFFFD'),
  encode: (value) => new TextEncoder().encode(value),
})

/** An enum without data, as its word. */
export const word = <const Word extends string>(...words: Word[]) =>
  z.codec(z.strictObject({ type: z.enum(words), value: z.null() }), z.enum(words), {
    decode: ({ type }) => type,
    encode: (type) => ({ type, value: null }),
  })

/** Makes what `encode` throws an issue of the field it stands in. */
export function refusing<From, To>(encode: (value: From) => To) {
  return (value: From, context: { issues: z.core.$ZodRawIssue[] }): To => {
    try {
      return encode(value)
    } catch (error) {
      const message = error instanceof InvalidArgument ? error.what : String(error)
      context.issues.push({ code: 'custom', message, input: value })
      return z.NEVER
    }
  }
}

/** Reads what the chain holds. Throws `UnexpectedShape` naming the field beneath `path`. */
export function read<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  path: string,
): z.output<Schema> {
  const result = z.safeDecode(schema, value as z.input<Schema>)
  if (result.success) return result.data
  const { where, what } = firstIssue(result.error, path)
  throw new UnexpectedShape(where, {
    what,
    remedy: 'This program and the chain have to be of the same release.',
    cause: result.error,
  })
}

/** Writes what a caller gave. Throws `InvalidArgument` naming the field beneath `path`. */
export function write<Schema extends z.ZodType>(
  schema: Schema,
  value: z.output<Schema>,
  path: string,
): z.input<Schema> {
  const result = z.safeEncode(schema, value)
  if (result.success) return result.data
  const { where, what } = firstIssue(result.error, path)
  throw new InvalidArgument(where, { what, remedy: `Pass a value that ${where} can hold.` })
}

function firstIssue(error: z.ZodError, path: string) {
  const [issue] = error.issues
  const where = [path, ...(issue?.path ?? []).map(String)].join('.')
  return { where, what: issue?.message ?? error.message }
}
