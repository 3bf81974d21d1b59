import { existsSync, readFileSync } from 'node:fs'
import {
  type Chain,
  keystoreAddress,
  publicKeyOf,
  type SignedTransaction,
  type Signer,
  signerFromUri,
  unlockKey,
} from '@covenant/chain-client'
import type { Context } from './context.ts'
import { CliError, usageError } from './errors.ts'
import { EXIT } from './exit-codes.ts'
import { storedKeyFile } from './keystore.ts'
import { readSecretFile } from './secret-file.ts'

/** The phrase behind `//Alice` and the like. */
const DEVELOPMENT_PHRASE = 'bottom drive obey lake curtain smoke basket hold race lonely fit walk'

/** `//Alice`: a key that everybody knows. */
export function isDevelopmentKey(text: string): boolean {
  return text.startsWith('//')
}

/**
 * The signer that `--key` names: a key of `covenant keys`, unlocked by its password; a development
 * key where the chain is for development; or the file of an encrypted key or of a secret (a phrase,
 * or 0x and 64 digits) that nobody else can read.
 *
 * With `--print-call` or `--submit` it is the account that signs elsewhere.
 *
 * @throws CliError with code 8 when the key may not be used
 */
export async function loadSigner(
  key: string | undefined,
  chain: Chain,
  { elsewhere, password }: Pick<Context, 'elsewhere' | 'password'>,
): Promise<Signer> {
  if (elsewhere?.printFor !== undefined) return signsElsewhere(elsewhere.printFor)
  if (elsewhere?.signedFile !== undefined) {
    return signsElsewhere(readSigned(chain, elsewhere.signedFile).signer)
  }
  if (key === undefined) {
    throw usageError(
      '--key is missing: a name of "covenant keys list", //Alice on a development chain, or the file of a secret phrase',
    )
  }
  if (isDevelopmentKey(key)) return developmentSigner(key, chain)
  refuseSecret(key)
  const secret = readSecretFile(storedKeyFile(key) ?? key)
  if (isKeystore(secret)) {
    const address = keystoreAddress(secret)
    return unlockKey(secret, await password(`Password of ${address}`))
  }
  const isKnown = isDevelopmentKey(secret) || secret.startsWith(DEVELOPMENT_PHRASE)
  return isKnown ? developmentSigner(secret, chain, 'that file holds') : signerFromUri(secret)
}

/** Whose key it is, where that can be told without its secret. */
export function addressOfKey(key: string | undefined): string | undefined {
  if (key === undefined) return undefined
  if (isDevelopmentKey(key)) return signerFromUri(key).address
  refuseSecret(key)
  const file = storedKeyFile(key) ?? key
  if (!existsSync(file)) return undefined
  const secret = readSecretFile(file)
  return isKeystore(secret) ? keystoreAddress(secret) : undefined
}

/** @throws CliError with code 8 where the chain is not for development */
export function developmentSigner(
  key: string,
  { chainName, chainType }: Chain,
  told = `${key} is`,
): Signer {
  if (chainType === 'Live') {
    throw refused(
      `${told} a development key, which everybody knows, and ${chainName} is a live chain: ` +
        'give a key of "covenant keys", or the file of a secret phrase',
    )
  }
  return signerFromUri(key)
}

/** The transaction in a file that was signed elsewhere. @throws CliError where it is none */
export function readSigned(chain: Chain, file: string): SignedTransaction {
  let hex: string
  try {
    hex = readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw usageError(`--submit ${file}: it cannot be read; give the file of a signed transaction`, {
      cause: error,
    })
  }
  return chain.decodeSigned(hex)
}

/** Stands where only the account is needed: the signature is made, or was, by another program. */
function signsElsewhere(address: string): Signer {
  return {
    address,
    publicKey: publicKeyOf(address),
    scheme: 'sr25519',
    sign: () => {
      throw new CliError('this account signs elsewhere')
    },
  }
}

function isKeystore(text: string): boolean {
  return text.startsWith('{')
}

function refuseSecret(key: string): void {
  if (!/^0x|\s/.test(key)) return
  throw refused(
    'a secret on the command line can be seen by every program of this host: "covenant keys ' +
      'import NAME" takes it, or write it into a file that only you can read and give its path',
  )
}

function refused(message: string): CliError {
  return new CliError(message, EXIT.keyRefused)
}
