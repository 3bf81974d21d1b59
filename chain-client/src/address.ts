import { decodeAddress, encodeAddress } from './polkadot/util-crypto.ts'
import { InvalidArgument } from './errors.ts'
import type { Account } from './types.ts'

/** The generic Substrate prefix: addresses begin with 5. */
const PREFIX = 42

export const addressOf = (publicKey: Uint8Array): Account => encodeAddress(publicKey, PREFIX)

/** The 32 bytes of an address. Throws `InvalidArgument` naming `field`. */
export function publicKeyOf(account: Account, field = 'account'): Uint8Array {
  const publicKey = decode(account)
  if (publicKey === null) {
    throw new InvalidArgument(field, {
      what: `${JSON.stringify(account)} is not an address`,
      remedy:
        'An address looks like 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY; a typing error anywhere in it is noticed.',
    })
  }
  if (addressOf(publicKey) !== account) {
    throw new InvalidArgument(field, {
      what: `${account} is an address of another network`,
      remedy: `On this chain the same account is ${addressOf(publicKey)}.`,
    })
  }
  return publicKey
}

function decode(account: Account): Uint8Array | null {
  // The decoder takes bare public keys too, in which a typing error would go unnoticed.
  if (account.startsWith('0x')) return null
  try {
    const publicKey = decodeAddress(account)
    return publicKey.length === 32 ? publicKey : null
  } catch {
    return null
  }
}
