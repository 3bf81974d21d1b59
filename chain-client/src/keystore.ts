/** Keys as the encrypted JSON that polkadot-js and most wallets write and read. */
import { Keyring } from './polkadot/keyring.ts'
import type { KeyringPair$Json } from '@polkadot/keyring/types'
import { hexToU8a } from './polkadot/util.ts'
import { cryptoWaitReady, randomAsHex } from './polkadot/util-crypto.ts'
import * as z from 'zod'
import { addressOf } from './address.ts'
import { InvalidArgument } from './errors.ts'
import { checkUri, signerFromPair } from './signer.ts'
import type { Account, Signer } from './types.ts'

export type EncryptedKey = { address: Account; json: string }

const keystore = z.object({
  address: z.string(),
  encoded: z.string(),
  encoding: z.object({
    content: z.tuple([z.literal('pkcs8'), z.enum(['sr25519', 'ed25519'])]),
    type: z.array(z.string()),
    version: z.string(),
  }),
  meta: z.record(z.string(), z.unknown()).optional(),
})

const createKeyring = () => new Keyring({ type: 'sr25519', ss58Format: 42 })

/** A key that nobody has had before. */
export async function createKey(name: string, password: string): Promise<EncryptedKey> {
  return encryptKey(randomAsHex(32), { name, password })
}

/**
 * The sr25519 key of a secret URI, encrypted. Throws `InvalidArgument`, which never repeats the
 * secret.
 */
export async function encryptKey(
  uri: string,
  { name, password }: { name: string; password: string },
): Promise<EncryptedKey> {
  await cryptoWaitReady()
  const pair = checkUri(uri, () => createKeyring().addFromUri(uri, { name }))
  return { address: pair.address, json: JSON.stringify(pair.toJson(password), undefined, 2) }
}

/** Whose key it is, without its password. Throws `InvalidArgument` where it is no keystore. */
export function keystoreAddress(json: string): Account {
  return addressOf(createKeyring().createFromJson(parse(json)).publicKey)
}

/** Throws `InvalidArgument` where the password is another. Takes about half a second. */
export async function unlockKey(json: string, password: string): Promise<Signer> {
  const stored = parse(json)
  await cryptoWaitReady()
  const pair = createKeyring().createFromJson(stored)
  try {
    pair.unlock(password)
  } catch {
    throw new InvalidArgument('password', {
      what: `it does not open the key of ${addressOf(pair.publicKey)}`,
      remedy: 'The password that the key was encrypted with would have opened it.',
    })
  }
  return signerFromPair(pair)
}

function parse(json: string): KeyringPair$Json {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    // Told below: what the parser says may quote the file.
  }
  const read = keystore.safeParse(value)
  if (read.success && isDecodable(read.data.encoded)) return read.data as KeyringPair$Json
  throw new InvalidArgument('keystore', {
    what: 'it is no encrypted key of sr25519 or ed25519',
    remedy:
      'The JSON file that polkadot-js or a wallet exports for one account would have been read.',
  })
}

function isDecodable(encoded: string): boolean {
  return encoded.startsWith('0x') ? hexToU8a(encoded).length > 0 : /^[A-Za-z0-9+/=]+$/.test(encoded)
}
