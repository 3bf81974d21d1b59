import { blake2Hash, type Hex } from '@covenant/schema/hash'
import { encodeBytes, encodeCompact, ScaleReader, toBytes, toHex } from './scale.ts'

export type Header = {
  parentHash: Hex
  number: number
  stateRoot: Hex
  extrinsicsRoot: Hex
  /** The digest's items, each in its SCALE encoding. */
  logs: Hex[]
}

export const ZERO_HASH: Hex = `0x${'00'.repeat(32)}`

/** The root of a trie without entries: the extrinsics root of a genesis block. */
export const EMPTY_TRIE_ROOT: Hex =
  '0x03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314'

export function encodeHeader(header: Header): Hex {
  return toHex(
    Buffer.concat([
      toBytes(header.parentHash),
      encodeCompact(header.number),
      toBytes(header.stateRoot),
      toBytes(header.extrinsicsRoot),
      encodeCompact(header.logs.length),
      ...header.logs.map(toBytes),
    ]),
  )
}

export function decodeHeader(encoded: Hex): Header {
  const reader = new ScaleReader(encoded)
  const hash = () => toHex(reader.take(32))
  return {
    parentHash: hash(),
    number: Number(reader.compact()),
    stateRoot: hash(),
    extrinsicsRoot: hash(),
    logs: reader.list(readDigestItem),
  }
}

/** A block's hash is the hash of its encoded header. */
export function hashHeader(encoded: Hex): Hex {
  return blake2Hash(toBytes(encoded))
}

/** The digest item by which a block tells Aura its slot. */
export function auraPreRuntime(slotBytes: Uint8Array): Hex {
  return toHex(Buffer.concat([Buffer.from([6]), Buffer.from('aura'), encodeBytes(slotBytes)]))
}

function readDigestItem(reader: ScaleReader): Hex {
  const start = reader.offset
  const kind = reader.u8()
  switch (kind) {
    case 0: // Other
      reader.bytes()
      break
    case 4: // Consensus
    case 5: // Seal
    case 6: // PreRuntime
      reader.take(4)
      reader.bytes()
      break
    case 8: // RuntimeEnvironmentUpdated
      break
    default:
      throw new RangeError(`digest item of unknown kind ${kind}`)
  }
  return toHex(reader.since(start))
}
