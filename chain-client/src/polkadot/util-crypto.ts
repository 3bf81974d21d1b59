import { load } from './load.ts'

export const {
  blake2AsHex,
  blake2AsU8a,
  cryptoWaitReady,
  decodeAddress,
  encodeAddress,
  randomAsHex,
  sr25519Verify,
  xxhashAsHex,
} = load('@polkadot/util-crypto') as typeof import('@polkadot/util-crypto')
