import { createHash } from 'node:crypto'
import { base58 } from '@scure/base'

/** What the chain's addresses begin with. */
const PREFIX = 42
const PUBLIC_KEY_BYTES = 32
const CHECKSUM_BYTES = 2

/**
 * The public key of an SS58 address of any prefix, or of one given as 0x and 64 hexadecimal digits;
 * undefined where the text is neither, or its checksum is wrong.
 */
export function decodeAccount(text: string): Uint8Array | undefined {
  if (/^0x[0-9a-f]{64}$/i.test(text)) return Buffer.from(text.slice(2), 'hex')
  const bytes = decodeBase58(text)
  // Prefixes below 64 take one byte, others two, of which the first says so.
  const prefixBytes = (bytes?.[0] ?? 0) < 64 ? 1 : 2
  if (bytes?.length !== prefixBytes + PUBLIC_KEY_BYTES + CHECKSUM_BYTES) return undefined
  const content = bytes.subarray(0, -CHECKSUM_BYTES)
  const sum = bytes.subarray(-CHECKSUM_BYTES)
  return checksumOf(content).equals(sum) ? content.subarray(prefixBytes) : undefined
}

/** The address of a public key as the rows have it. */
export function encodeAccount(publicKey: Uint8Array): string {
  const content = Buffer.concat([Buffer.of(PREFIX), publicKey])
  return base58.encode(Buffer.concat([content, checksumOf(content)]))
}

/** Whether the text is an address of this chain, as it writes them itself. */
export function isAddress(text: string): boolean {
  const publicKey = text.startsWith('0x') ? undefined : decodeAccount(text)
  return publicKey !== undefined && encodeAccount(publicKey) === text
}

function checksumOf(content: Uint8Array): Buffer {
  const hash = createHash('blake2b512').update('SS58PRE').update(content).digest()
  return hash.subarray(0, CHECKSUM_BYTES)
}

/** An address has at most 50 characters; the time that decoding takes grows with their square. */
const MAX_LENGTH = 64

function decodeBase58(text: string): Uint8Array | undefined {
  if (text.length > MAX_LENGTH) return undefined
  try {
    return base58.decode(text)
  } catch {
    return undefined
  }
}
