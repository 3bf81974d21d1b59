import { blake2b } from '@noble/hashes/blake2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/** `0x` and lowercase hexadecimal digits. */
export type Hex = `0x${string}`

/** The blake2-256 hash of `bytes`: what the chain calls a body's hash. */
export function blake2Hash(bytes: Uint8Array): Hex {
  return `0x${bytesToHex(blake2b(bytes, { dkLen: 32 }))}`
}
