import { readFile, stat } from 'node:fs/promises'
import { type Chain, type Signer, signerFromUri } from '@covenant/chain-client'
import { CliError, usageError } from './errors.ts'
import { EXIT } from './exit-codes.ts'

/** `//Alice`: a key that everybody knows. */
export function isDevelopmentKey(text: string): boolean {
  return text.startsWith('//')
}

/**
 * The signer that `--key` names: a development key where the chain is for development, or the file
 * of a secret (a phrase, or 0x and 64 digits) that nobody else can read.
 *
 * @throws CliError with code 8 when the key may not be used
 */
export async function loadSigner(key: string | undefined, chain: Chain): Promise<Signer> {
  if (key === undefined) {
    throw usageError(
      '--key is missing: //Alice on a development chain, or the file of a secret phrase',
    )
  }
  if (isDevelopmentKey(key)) return developmentSigner(key, chain)
  if (/^0x|\s/.test(key)) {
    throw refused(
      'a secret on the command line can be seen by every program of this host: write it into a ' +
        'file that only you can read, and give the path of the file',
    )
  }
  return signerFromUri(await readSecret(key))
}

/** Whose key it is, where that can be told without its secret. */
export function addressOfKey(key: string | undefined): string | undefined {
  return key !== undefined && isDevelopmentKey(key) ? signerFromUri(key).address : undefined
}

/** @throws CliError with code 8 where the chain is not for development */
export function developmentSigner(key: string, { chainName, chainType }: Chain): Signer {
  if (chainType === 'Live') {
    throw refused(
      `${key} is a development key, which everybody knows, and ${chainName} is a live chain: ` +
        'give the file of a secret phrase',
    )
  }
  return signerFromUri(key)
}

async function readSecret(file: string): Promise<string> {
  try {
    const { mode } = await stat(file)
    if ((mode & 0o077) !== 0) {
      throw refused(`others can read the key file ${file}: chmod 600 ${file}`)
    }
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if (error instanceof CliError) throw error
    throw usageError(
      `--key ${file}: no such key file; give one, or //Alice on a development chain`,
      { cause: error },
    )
  }
}

function refused(message: string): CliError {
  return new CliError(message, EXIT.keyRefused)
}
