import { decAnyMetadata, unifyMetadata } from '@polkadot-api/substrate-bindings'

/** A call, event or error, in the words of its pallet. */
export type Item = {
  name: string
  index: number
  fields: { name: string; type: string }[]
  docs: string
}

export type Pallet = {
  name: string
  index: number
  calls: Item[]
  events: Item[]
  errors: Item[]
  /** `value` is a number where its type is one, and otherwise hex of its SCALE. */
  constants: { name: string; value: bigint | string; docs: string }[]
}

type Metadata = ReturnType<typeof unifyMetadata>

/** What a runtime's metadata says of its pallets, for people to read. */
export function readPallets(metadata: Uint8Array): Pallet[] {
  const { pallets, lookup } = unifyMetadata(decAnyMetadata(metadata))
  const items = (kind: { type: number } | undefined) =>
    kind === undefined ? [] : itemsOf(lookup, kind.type)
  return pallets.map(({ name, index, calls, events, errors, constants }) => ({
    name,
    index,
    calls: items(calls),
    events: items(events),
    errors: items(errors),
    constants: constants.map(({ name, type, value, docs }) => ({
      name,
      value: valueOf(lookup, type, value),
      docs: docs.join('\n'),
    })),
  }))
}

function itemsOf(lookup: Metadata['lookup'], type: number): Item[] {
  const { def } = lookup[type]!
  if (def.tag !== 'variant') throw new TypeError(`type ${type} of the metadata is no enum`)
  return def.value.map(({ name, index, fields, docs }) => ({
    name,
    index,
    fields: fields.map((field, place) => ({
      name: field.name ?? String(place),
      type: field.typeName ?? String(field.type),
    })),
    docs: docs.join('\n'),
  }))
}

/** Whole numbers stand lowest byte first. */
function valueOf(lookup: Metadata['lookup'], type: number, value: string): bigint | string {
  const { def } = lookup[type]!
  if (def.tag !== 'primitive' || !/^u\d+$/.test(def.value.tag)) return value
  const bytes = value.slice(2).match(/../g) ?? []
  return BigInt(`0x${bytes.toReversed().join('')}`)
}
