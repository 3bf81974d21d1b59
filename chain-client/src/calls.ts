import type { ApiPromise } from '@polkadot/api'
import { blake2AsHex } from './polkadot/util-crypto.ts'
import * as z from 'zod'
import { callFromCodec, toCodec } from './codec.ts'
import { InvalidArgument, WrongRuntime } from './errors.ts'
import { bytesOf, hexOf } from './hex.ts'
import { balancesCalls } from './pallets/balances.ts'
import { contractsCalls } from './pallets/contracts.ts'
import { groupsCalls } from './pallets/groups.ts'
import { nodesCalls } from './pallets/nodes.ts'
import { systemCalls } from './pallets/system.ts'
import { utilityCalls } from './pallets/utility.ts'
import { validatorsCalls } from './pallets/validators.ts'
import { toJson, WireCall } from './plain.ts'
import { type CallShape, refusing, write } from './shape.ts'
import type { Call, Calls } from './types.ts'

/** The arguments of each call that can be built, under the names that callers use. */
type Shapes = {
  [Pallet in keyof Calls]: {
    [Name in keyof Calls[Pallet]]: z.ZodType<
      Calls[Pallet][Name] extends (args: infer Args) => Call ? Args : never
    >
  }
}

export type CallBook = {
  calls: Calls
  decode: (hex: string) => Call
}

/** Builds and shows the calls of the runtime that the API follows. */
export function createCallBook(api: ApiPromise): CallBook {
  const call: CallShape = z.codec(z.instanceof(WireCall), z.custom<Call>(isCall, 'it is no call'), {
    decode: toCall,
    encode: refusing(({ hex }) => parse(hex)),
  })
  const shapes: Shapes = {
    groups: groupsCalls(call),
    nodes: nodesCalls,
    contracts: contractsCalls,
    balances: balancesCalls,
    system: systemCalls,
    validators: validatorsCalls,
    utility: utilityCalls(call),
  }
  const shapeOf = (pallet: string, name: string): z.ZodType | undefined => {
    const named: Record<string, Record<string, z.ZodType>> = shapes
    return named[pallet]?.[name]
  }

  function build(pallet: string, name: string, args: unknown): Call {
    const create = api.tx[pallet]?.[name]
    if (create === undefined) {
      throw new WrongRuntime(`The runtime has no call ${pallet}.${name}`, {
        remedy: 'This program and the chain have to be of the same release.',
      })
    }
    const wire = write(shapeOf(pallet, name) ?? z.never(), args, `${pallet}.${name}`)
    const fields = new Map(Object.entries(wire as Record<string, unknown>))
    const values = create.meta.args.map((arg) => toCodec(fields.get(arg.name.toString()) ?? null))
    return toCall(callFromCodec(create(...values).method))
  }

  function parse(hex: string): WireCall {
    const bytes = bytesOf(hex, { field: 'call' })
    try {
      const parsed = callFromCodec(api.registry.createType('Call', bytes))
      if (parsed.hex === hexOf(bytes)) return parsed
    } catch {
      // Told below, in our words.
    }
    throw new InvalidArgument('call', {
      what: `these ${bytes.length} bytes are not a call of this runtime`,
      remedy: 'The bytes of exactly one call would have been shown.',
    })
  }

  /** A call of ours by its own shape; any other, or one written unusually, as it stands. */
  function toCall({ hex, pallet, name, args }: WireCall): Call {
    const typed = z.safeDecode(shapeOf(pallet, name) ?? z.unknown(), args)
    const shown = toJson(typed.success ? typed.data : args, (value) => {
      const inner = value instanceof WireCall ? toCall(value) : isCall(value) ? value : undefined
      return inner && { pallet: inner.pallet, name: inner.name, args: inner.args }
    })
    return { hex, hash: blake2AsHex(hex), pallet, name, args: shown }
  }

  const builders = Object.entries(shapes).map(([pallet, names]) => {
    const named = Object.keys(names).map((name) => [
      name,
      (args: unknown) => build(pallet, name, args),
    ])
    return [pallet, Object.fromEntries(named)]
  })

  return {
    // `Shapes` holds one of each name in `Calls`.
    calls: Object.fromEntries(builders) as Calls,
    decode: (hex) => toCall(parse(hex)),
  }
}

const isCall = (value: unknown): value is Call =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof WireCall) &&
  'hex' in value &&
  'args' in value
