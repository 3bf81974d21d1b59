/** The front door: re-exports only. */
export type * from './types.ts'
export { connect } from './connect.ts'
export { signerFromSeed, signerFromUri } from './signer.ts'
export { createKey, encryptKey, keystoreAddress, unlockKey } from './keystore.ts'
export { groupAccount } from './pallets/groups.ts'
export { addressOf, publicKeyOf } from './address.ts'
export { bytesOf, hexOf } from './hex.ts'
export * from './errors.ts'
