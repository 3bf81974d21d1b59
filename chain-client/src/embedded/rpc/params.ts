import type { Hex } from '@covenant/schema/hash'
import { RpcError } from './rpc-error.ts'

/** polkadot-api sends no prefix where there are no digits. */
const HEX = /^(?:0x)?(?:[0-9a-f]{2})*$/i
const HASH = /^0x[0-9a-f]{64}$/i

/** A request's parameters, read by position. What does not fit throws error -32602, naming it. */
export class Params {
  readonly #values: unknown[]

  constructor(values: unknown) {
    if (values !== undefined && values !== null && !Array.isArray(values)) {
      throw invalid('params', 'a list: parameters are taken by position')
    }
    this.#values = values ?? []
  }

  isGiven(index: number): boolean {
    return this.#values[index] !== undefined && this.#values[index] !== null
  }

  at(index: number): unknown {
    return this.#values[index] ?? undefined
  }

  hex(index: number, name: string): Hex {
    return asHex(this.#values[index], name)
  }

  hash(index: number, name: string): Hex {
    return asHash(this.#values[index], name)
  }

  optionalHash(index: number, name: string): Hex | undefined {
    return this.isGiven(index) ? this.hash(index, name) : undefined
  }

  optionalHex(index: number, name: string): Hex | undefined {
    return this.isGiven(index) ? this.hex(index, name) : undefined
  }

  text(index: number, name: string): string {
    const value = this.#values[index]
    // Clients that got a number as an id may send it back as one.
    if (typeof value === 'number') return String(value)
    if (typeof value !== 'string') throw invalid(name, 'text')
    return value
  }

  count(index: number, name: string): number {
    const value = this.#values[index]
    if (!Number.isSafeInteger(value) || (value as number) < 0) throw invalid(name, 'a count')
    return value as number
  }

  flag(index: number, name: string): boolean {
    const value = this.#values[index]
    if (typeof value !== 'boolean') throw invalid(name, 'true or false')
    return value
  }

  hexList(index: number, name: string): Hex[] {
    return asList(this.#values[index], name).map((value) => asHex(value, name))
  }

  list(index: number, name: string): unknown[] {
    return asList(this.#values[index], name)
  }
}

export function asHex(value: unknown, name: string): Hex {
  if (typeof value !== 'string' || !HEX.test(value)) throw invalid(name, '0x and pairs of digits')
  const hex = value.toLowerCase()
  return (hex.startsWith('0x') ? hex : `0x${hex}`) as Hex
}

export function asHash(value: unknown, name: string): Hex {
  if (typeof value !== 'string' || !HASH.test(value)) throw invalid(name, '0x and 64 digits')
  return value.toLowerCase() as Hex
}

function asList(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value)) throw invalid(name, 'a list')
  return value
}

export function invalid(name: string, wanted: string): RpcError {
  return new RpcError(-32602, `Invalid params: ${name} is ${wanted}`)
}
