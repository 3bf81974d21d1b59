import { Keyring } from './polkadot/keyring.ts'
import type { KeyringPair } from '@polkadot/keyring/types'
import { addressOf } from './address.ts'
import { InvalidArgument } from './errors.ts'
import type { Signer } from './types.ts'

/**
 * A secret, then hard (`//x`) and soft (`/x`) junctions, then perhaps `///password`. The secret is
 * nothing (the development accounts), a seed of 32 bytes, or a phrase of 12 to 24 words; tools that
 * take any other text for a seed make keys that anybody can guess.
 */
const URI = /^(?<secret>0x[0-9a-fA-F]{64}|[a-z]+(?: [a-z]+){11,23})?(?:\/\/?[^/]+)*(?:\/\/\/.*)?$/

/** The sr25519 signer of a 32-byte seed, the same key that `0x<seed>` has in every wallet. */
export function signerFromSeed(seed: Uint8Array): Signer {
  if (seed.length !== 32) {
    throw new InvalidArgument('seed', {
      what: `it has ${seed.length} bytes`,
      remedy: 'A seed has exactly 32 bytes.',
    })
  }
  return signerFromPair(createKeyring().addFromSeed(seed))
}

/**
 * The sr25519 signer of a secret URI as Substrate tools write it: `//Alice` for the development
 * accounts, or a seed `0x…` of 32 bytes or a phrase of 12 to 24 words, either followed by `//hard`
 * and `/soft` junctions.
 *
 * Throws `InvalidArgument`, which never repeats the secret.
 */
export function signerFromUri(uri: string): Signer {
  return checkUri(uri, () => signerFromPair(createKeyring().addFromUri(uri)))
}

/** What `make` makes of a secret URI. Throws `InvalidArgument`, which never repeats the secret. */
export function checkUri<T>(uri: string, make: () => T): T {
  const { secret } = URI.exec(uri)?.groups ?? {}
  if (secret === undefined && !/^\/\/?[^/]/.test(uri)) throw invalid()
  try {
    return make()
  } catch {
    // What the keyring says may quote the secret.
    throw invalid()
  }
}

const createKeyring = () => new Keyring({ type: 'sr25519', ss58Format: 42 })

export const signerFromPair = (pair: KeyringPair): Signer => ({
  address: addressOf(pair.publicKey),
  publicKey: pair.publicKey,
  scheme: pair.type === 'ed25519' ? 'ed25519' : 'sr25519',
  sign: (payload) => pair.sign(payload),
})

const invalid = () =>
  new InvalidArgument('secret URI', {
    what: 'it is neither a development account, nor a seed, nor a phrase',
    remedy: 'Write //Alice, 0x and 64 digits, or 12 to 24 words of a phrase.',
  })
