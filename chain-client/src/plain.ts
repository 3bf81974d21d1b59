import { hexOf } from './hex.ts'
import type { Hex, Json } from './types.ts'

/** A call within a decoded value. */
export class WireCall {
  readonly hex: Hex
  /** As in `groups` and `createGroup`. */
  readonly pallet: string
  readonly name: string
  readonly args: Record<string, unknown>

  constructor({ hex, pallet, name, args }: Omit<WireCall, never>) {
    this.hex = hex
    this.pallet = pallet
    this.name = name
    this.args = args
  }
}

export const camelCase = (snake: string) =>
  snake.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** `Groups` of the metadata is `groups` here. */
export const palletName = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)

/**
 * A decoded value as JSON: amounts as decimal strings, bytes as hex, a variant as its name alone or
 * as `{ Name: data }`. What `special` answers for goes in as it says.
 */
export function toJson(value: unknown, special: Special = () => undefined): Json {
  const known = special(value)
  if (known !== undefined) return known
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value
    case 'bigint':
      return value.toString()
    case 'object':
      return objectToJson(value, special)
    default:
      return null
  }
}

export type Special = (value: unknown) => Json | undefined

function objectToJson(value: object | null, special: Special): Json {
  if (value === null) return null
  if (value instanceof Uint8Array) return hexOf(value)
  if (Array.isArray(value)) return value.map((item) => toJson(item, special))
  if (isVariant(value)) {
    return value.value === null || value.value === undefined
      ? value.type
      : { [value.type]: toJson(value.value, special) }
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, of]) => of !== undefined)
      .map(([key, of]) => [key, toJson(of, special)]),
  )
}

export type Variant = { type: string; value: unknown }

/** How the codec writes an enum's value. */
export const isVariant = (value: unknown): value is Variant =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === 2 &&
  'type' in value &&
  'value' in value &&
  typeof value.type === 'string'
