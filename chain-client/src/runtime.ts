import { getDynamicBuilder, getLookupFn } from '@polkadot-api/metadata-builders'
import {
  type Codec,
  compact,
  decAnyMetadata,
  type Decoder,
  extrinsicFormat,
  type ExtrinsicFormat,
  Tuple,
  type UnifiedMetadata,
  u8,
  unifyMetadata,
} from '@polkadot-api/substrate-bindings'
import * as z from 'zod'
import { describeFailure } from './dispatch-error.ts'
import { UnexpectedShape } from './errors.ts'
import { camelCase, isVariant, palletName, type Variant } from './plain.ts'
import { read } from './shape.ts'
import type { Account, DispatchFailure, Hex } from './types.ts'

/**
 * How to read the blocks that one version of the runtime made.
 *
 * Whole blocks are read by polkadot-api's codecs, which decode events some ten times as fast as
 * @polkadot/api; the tests hold what both say of the same blocks against each other.
 */
export type Runtime = {
  specVersion: number
  /** Another one means that the bytes of a call may be another call. */
  transactionVersion: number
  decodeEvents: (value: Hex | null) => BlockEvent[]
  decodeExtrinsic: (bytes: Uint8Array) => { signer: Account | null; pallet: string; name: string }
  describeFailure: (error: unknown) => DispatchFailure
}

export type BlockEvent = {
  extrinsicIndex: number | null
  /** As in `groups` and `Proposed`. */
  pallet: string
  name: string
  /** With the names of fields in camel case, and null for what is absent. */
  data: unknown
}

/** Reads the metadata that a runtime gives of itself, of version 14 or later. */
export function createRuntime(metadataHex: string): Runtime {
  const metadata = unifyMetadata(decAnyMetadata(metadataHex))
  const lookup = getLookupFn(metadata)
  const builder = getDynamicBuilder(lookup)
  const codec = (type: number): Codec<unknown> => builder.buildDefinition(type)
  const events: Codec<unknown> = builder.buildStorage('System', 'Events').value
  const extrinsicParts = extrinsicDecoders(metadata, { codec, callType: lookup.call })

  return {
    ...versionsOf(metadata, codec),
    decodeEvents: (value) =>
      value === null ? [] : read(eventRecords, events.dec(value), 'system.Events').map(toEvent),
    decodeExtrinsic(bytes) {
      const body = withoutLength(bytes)
      const { type } = extrinsicFormat.dec(body)
      const parts = extrinsicParts[type](body)
      const { type: pallet, value } = read(call, parts.at(-1), 'extrinsic.call')
      return {
        signer: type === 'signed' ? accountOf(parts[1]) : null,
        pallet: palletName(pallet),
        name: camelCase(value.type),
      }
    },
    describeFailure: (error) =>
      describeFailure(error, (pallet, name) => errorDocs(metadata, pallet, name)),
  }
}

const variant = z.custom<Variant>(isVariant, 'it is no variant')
const call = z.object({ type: z.string(), value: variant })
const eventRecords = z.array(z.object({ phase: variant, event: call }))

const toEvent = ({ phase, event }: z.output<typeof eventRecords>[number]): BlockEvent => ({
  extrinsicIndex: phase.type === 'ApplyExtrinsic' ? Number(phase.value) : null,
  pallet: palletName(event.type),
  name: event.value.type,
  data: toPlain(event.value.value),
})

/** The codecs have the chain's names, and `undefined` for what is absent, as for what is missing. */
function toPlain(value: unknown): unknown {
  if (value === undefined) return null
  if (Array.isArray(value)) return value.map(toPlain)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [camelCase(key), toPlain(of)]))
}

type Types = { codec: (type: number) => Codec<unknown>; callType: number | null }

/** The parts of an extrinsic of each kind, the call being the last. */
function extrinsicDecoders(
  metadata: UnifiedMetadata,
  { codec, callType }: Types,
): Record<ExtrinsicFormat['type'], Decoder<unknown[]>> {
  if (callType === null) throw misshapen('metadata.extrinsic.call', 'a type')
  const { address, signature } = signerTypes(metadata)
  const extensions = (metadata.extrinsic.signedExtensions[0] ?? []).map(
    ({ type }) => codec(type).dec,
  )
  const call = codec(callType).dec
  return {
    bare: Tuple.dec(u8.dec, call),
    signed: Tuple.dec(u8.dec, codec(address).dec, codec(signature).dec, ...extensions, call),
    general: Tuple.dec(u8.dec, u8.dec, ...extensions, call),
  }
}

function signerTypes(metadata: UnifiedMetadata): { address: number; signature: number } {
  const { extrinsic, lookup } = metadata
  if ('address' in extrinsic) return extrinsic
  const params = lookup[extrinsic.type]?.params ?? []
  const typeOf = (name: string) => {
    const type = params.find((param) => param.name === name)?.type
    if (type === undefined) throw misshapen(`metadata.extrinsic.${name}`, 'a type')
    return type
  }
  return { address: typeOf('Address'), signature: typeOf('Signature') }
}

function versionsOf(metadata: UnifiedMetadata, codec: Types['codec']) {
  const system = metadata.pallets.find(({ name }) => name === 'System')
  const version = system?.constants.find(({ name }) => name === 'Version')
  if (version === undefined) throw misshapen('metadata.System.Version', 'a version')
  const shape = z.object({ spec_version: z.number(), transaction_version: z.number() })
  const found = read(shape, codec(version.type).dec(version.value), 'System.Version')
  return { specVersion: found.spec_version, transactionVersion: found.transaction_version }
}

function withoutLength(bytes: Uint8Array): Uint8Array {
  const length = Number(compact.dec(bytes))
  // A copy, because the codecs read a view's whole buffer.
  return bytes.slice(compact.enc(length).length)
}

/** A `MultiAddress` or a bare account. Other forms of address are not looked up. */
const accountOf = (address: unknown): Account | null => {
  const value = isVariant(address) ? address.value : address
  return typeof value === 'string' && !value.startsWith('0x') ? value : null
}

function errorDocs(metadata: UnifiedMetadata, pallet: string, error: string): readonly string[] {
  const type = metadata.pallets.find(({ name }) => name === pallet)?.errors?.type
  const def = type === undefined ? undefined : metadata.lookup[type]?.def
  const errors = def?.tag === 'variant' ? def.value : []
  return errors.find(({ name }) => name === error)?.docs ?? []
}

const misshapen = (path: string, wanted: string) =>
  new UnexpectedShape(path, {
    what: `it is not ${wanted}`,
    remedy: 'This program and the chain have to be of the same release.',
  })
