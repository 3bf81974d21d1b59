import type { Hex } from '@covenant/schema/hash'

/** The bytes behind `hex`; an odd or foreign digit ends them early, so check what strangers send first. */
export function toBytes(hex: Hex): Buffer {
  return Buffer.from(hex.slice(2), 'hex')
}

export function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`
}

export function concatHex(...parts: Hex[]): Hex {
  return `0x${parts.map((part) => part.slice(2)).join('')}`
}

export function encodeU32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

export function encodeU64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

/** A compact integer below 2^32, which is all that lengths and block numbers need. */
export function encodeCompact(value: number): Buffer {
  if (value < 1 << 6) return Buffer.from([value << 2])
  if (value < 1 << 14) return Buffer.from([((value & 0x3f) << 2) | 1, value >> 6])
  if (value < 2 ** 30) return encodeU32(value * 4 + 2)
  return Buffer.concat([Buffer.from([3]), encodeU32(value)])
}

/** `bytes` behind their length. */
export function encodeBytes(bytes: Uint8Array): Buffer {
  return Buffer.concat([encodeCompact(bytes.length), bytes])
}

/** Reads SCALE values one after another. Throws a RangeError at the end of the bytes. */
export class ScaleReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(encoded: Hex) {
    this.#bytes = toBytes(encoded)
  }

  get offset(): number {
    return this.#at
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) {
      throw new RangeError(`${length} bytes wanted at ${this.#at} of ${this.#bytes.length}`)
    }
    return this.#bytes.subarray(this.#at, (this.#at += length))
  }

  /** What was read since `offset`. */
  since(offset: number): Buffer {
    return this.#bytes.subarray(offset, this.#at)
  }

  u8(): number {
    return this.take(1)[0]!
  }

  u32(): number {
    return this.take(4).readUInt32LE()
  }

  u64(): bigint {
    return this.take(8).readBigUInt64LE()
  }

  u128(): bigint {
    const low = this.u64()
    return low + (this.u64() << 64n)
  }

  compact(): bigint {
    const first = this.u8()
    switch (first & 3) {
      case 0:
        return BigInt(first >> 2)
      case 1:
        return BigInt((first >> 2) | (this.u8() << 6))
      case 2: {
        const [b, c, d] = this.take(3)
        return BigInt(((first | (b! << 8) | (c! << 16) | (d! << 24)) >>> 0) >>> 2)
      }
      default:
        return this.take((first >> 2) + 4).reduceRight(
          (sum, byte) => (sum << 8n) | BigInt(byte),
          0n,
        )
    }
  }

  bytes(): Buffer {
    return this.take(Number(this.compact()))
  }

  text(): string {
    return this.bytes().toString('utf8')
  }

  list<T>(item: (reader: this) => T): T[] {
    return Array.from({ length: Number(this.compact()) }, () => item(this))
  }
}

/** What an encoded list of bytes holds. */
export function unwrapBytes(encoded: Hex): Hex {
  return toHex(new ScaleReader(encoded).bytes())
}
