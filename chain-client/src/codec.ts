import {
  bool,
  BTreeMap,
  BTreeSet,
  Compact,
  Enum,
  GenericAccountId,
  GenericCall,
  Option,
  Raw,
  Result,
  Struct,
  Text,
  Tuple,
  U8aFixed,
  UInt,
  Vec,
  VecFixed,
} from './polkadot/types.ts'
import type { Codec } from '@polkadot/types/types'
import { hexOf } from './hex.ts'
import { isVariant, WireCall } from './plain.ts'

/**
 * What the API decoded, as plain values: numbers up to 32 bits and `bigint` above, addresses, bytes
 * of a fixed length as hex and others as `Uint8Array`, variants as `{ type, value }`, an absent
 * value as null.
 */
export function fromCodec(codec: Codec): unknown {
  if (codec instanceof Option) return codec.isSome ? fromCodec(codec.unwrap()) : null
  if (codec instanceof Compact) return fromCodec(codec.unwrap())
  if (codec instanceof UInt) return codec.bitLength() <= 32 ? codec.toNumber() : codec.toBigInt()
  if (codec instanceof bool) return codec.isTrue
  if (codec instanceof GenericAccountId || codec instanceof Text) return codec.toString()
  if (codec instanceof GenericCall) return callFromCodec(codec)
  if (codec instanceof Result) {
    return { success: codec.isOk, value: fromCodec(codec.isOk ? codec.asOk : codec.asErr) }
  }
  if (codec instanceof Enum) return { type: codec.type, value: fromCodec(codec.inner) }
  if (codec instanceof Struct) return moduleError(codec) ?? fieldsFromCodec(codec.entries())
  if (codec instanceof Vec || codec instanceof Tuple || codec instanceof VecFixed) {
    return codec.map(fromCodec)
  }
  if (codec instanceof BTreeSet) return [...codec].map(fromCodec)
  if (codec instanceof BTreeMap) return [...codec].map((pair) => pair.map(fromCodec))
  if (codec instanceof U8aFixed) return codec.toHex()
  if (codec instanceof Raw) return Uint8Array.from(codec)
  return codec.isEmpty ? null : codec.toJSON()
}

/** An error of a pallet by pallet and name, as the other decoder has it, instead of by numbers. */
function moduleError(codec: Codec & { get(name: string): Codec | undefined }) {
  const [index, error] = [codec.get('index'), codec.get('error')]
  if (!(index instanceof UInt && error instanceof U8aFixed)) return undefined
  const found = codec.registry.findMetaError({ index: index.toBn(), error: error.toU8a() })
  const pallet = found.section.charAt(0).toUpperCase() + found.section.slice(1)
  return { type: pallet, value: { type: found.name, value: null } }
}

const fieldsFromCodec = (fields: Iterable<[unknown, Codec]>) =>
  Object.fromEntries([...fields].map(([name, field]) => [String(name), fromCodec(field)]))

export function callFromCodec(
  call: Pick<GenericCall, 'args' | 'meta' | 'method' | 'section' | 'toU8a'>,
): WireCall {
  // The metadata's own names, which the API has in camelCase; those of `argsDef` are as the pallet wrote them.
  const names = call.meta.args.map(({ name }) => name.toString())
  const values = call.args.map(fromCodec)
  return new WireCall({
    hex: hexOf(call.toU8a()),
    pallet: call.section,
    name: call.method,
    args: Object.fromEntries(names.map((name, index) => [name, values[index]])),
  })
}

/** A plain value as the API takes one. */
export function toCodec(value: unknown): unknown {
  if (value instanceof Uint8Array) return hexOf(value)
  if (value instanceof WireCall) return value.hex
  if (Array.isArray(value)) return value.map(toCodec)
  if (typeof value !== 'object' || value === null) return value
  if (isVariant(value)) return { [value.type]: toCodec(value.value) }
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, toCodec(of)]))
}
