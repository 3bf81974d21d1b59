import { load } from './load.ts'

export const { blake2AsHex, blake2AsU8a, decodeAddress, encodeAddress, sr25519Verify } = load(
  '@polkadot/util-crypto',
) as typeof import('@polkadot/util-crypto')
