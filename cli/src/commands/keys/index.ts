/** Keys of one's own: made, taken over, listed. A secret never leaves its encrypted file. */
import {
  createKey,
  encryptKey,
  hexOf,
  keystoreAddress,
  publicKeyOf,
  unlockKey,
} from '@covenant/chain-client'
import { withClientErrors, withClientErrorsOf } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { keysFolder, listKeys, readKey, requireKeyName, storeKey } from '../../keystore.ts'
import { fields, paragraphs, table } from '../../output.ts'
import { readSecretFile } from '../../secret-file.ts'

/** A key that nobody has had before, encrypted with a password that is asked for. */
export async function newKey({ name }: { name: string }, context: Context): Promise<Report> {
  requireKeyName(name)
  const password = await newPassword(context)
  const { address, json } = await createKey(name, password)
  return stored(name, address, await storeKey(name, json))
}

/** A key that is there already: an encrypted file of a wallet's, or the file of a secret. */
export async function importKey(
  { name, file }: { name: string; file?: string },
  context: Context,
): Promise<Report> {
  requireKeyName(name)
  const secret =
    file === undefined
      ? await context.password('Secret phrase or seed')
      : readSecretFile(file, 'FILE')
  return withClientErrorsOf(async () => {
    if (secret.startsWith('{')) {
      // Whoever takes over a key that they cannot open would notice when it is too late.
      const { address } = await unlockKey(
        secret,
        await context.password(`Password of ${keystoreAddress(secret)}`),
      )
      return stored(name, address, await storeKey(name, secret))
    }
    const { address, json } = await encryptKey(secret, {
      name,
      password: await newPassword(context),
    })
    return stored(name, address, await storeKey(name, json))
  })
}

export function showKeys(): Report {
  const keys = withClientErrors(listKeys)
  return {
    data: { folder: keysFolder(), keys },
    text: paragraphs(
      table(
        ['NAME', 'ADDRESS'],
        keys.map(({ name, address }) => [name, address]),
        'No keys; "covenant keys new NAME" makes one.',
      ),
      keysFolder(),
    ),
  }
}

export function showKey({ name }: { name: string }): Report {
  const { address, file } = withClientErrors(() => readKey(name))
  const publicKey = hexOf(publicKeyOf(address))
  return {
    data: { name, address, publicKey, file },
    text: fields([
      ['name', name],
      ['address', address],
      ['public key', publicKey],
      ['file', file],
    ]),
  }
}

async function newPassword({ password }: Context): Promise<string> {
  const first = await password('New password')
  if (first === '') throw usageError('An empty password protects nothing: choose another')
  if ((await password('The same again')) === first) return first
  throw usageError('The two passwords differ: nothing was written')
}

function stored(name: string, address: string, file: string): Report {
  return {
    data: { name, address, file },
    text: paragraphs(
      `Key ${name} is ${address}.`,
      `Its only copy is ${file}, encrypted: back it up, and keep its password.`,
      `Next: sign with --key ${name}`,
    ),
  }
}
