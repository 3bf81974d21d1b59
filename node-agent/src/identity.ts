import { createPrivateKey, createPublicKey, hkdfSync, randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { hexOf, signerFromSeed, type Hex, type Signer } from '@covenant/chain-client'
import { isMissing, writeFileAtomic } from './state/files.ts'

/**
 * Who an agent is. All of it follows from one seed of 32 bytes:
 *
 * - the agent's account is the sr25519 key of the seed itself, as in every Substrate wallet;
 * - the sealing and the network key are x25519 keys whose private half is
 *   HKDF-SHA256(seed, salt "covenant", info "covenant/agent/<purpose>/<epoch>").
 */
export type Identity = {
  signer: Signer
  /** Public halves; the first epoch of each is 0. */
  sealingKey: Hex
  networkKey: Hex
}

export function deriveIdentity(seed: Uint8Array): Identity {
  return {
    signer: signerFromSeed(seed),
    sealingKey: x25519PublicKey(deriveKey(seed, 'sealing', 0)),
    networkKey: x25519PublicKey(deriveKey(seed, 'network', 0)),
  }
}

/**
 * Reads the seed, 64 hex digits in a file that only its owner may read; writes a random one where the
 * file is missing. Throws, naming the file, when it is anything else.
 */
export async function readSeed(file: string): Promise<Uint8Array> {
  let text: string
  try {
    text = (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if (!isMissing(error)) throw error
    const seed = randomBytes(32)
    await writeFileAtomic(file, `${seed.toString('hex')}\n`, 0o600)
    return seed
  }
  if (!/^(?:0x)?[0-9a-f]{64}$/i.test(text)) {
    throw new Error(`${file} is no seed: it must hold 64 hex digits and nothing else`)
  }
  const { mode } = await stat(file)
  if ((mode & 0o077) !== 0) {
    throw new Error(`${file} can be read by other users: chmod 600 ${file}`)
  }
  return Buffer.from(text.replace(/^0x/, ''), 'hex')
}

function deriveKey(seed: Uint8Array, purpose: 'sealing' | 'network', epoch: number): Buffer {
  return Buffer.from(hkdfSync('sha256', seed, 'covenant', `covenant/agent/${purpose}/${epoch}`, 32))
}

/** RFC 8410: how PKCS #8 wraps the 32 bytes of an x25519 private key. */
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex')

function x25519PublicKey(secret: Buffer): Hex {
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_X25519, secret]),
    format: 'der',
    type: 'pkcs8',
  })
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  return hexOf(Buffer.from(x ?? '', 'base64url'))
}
