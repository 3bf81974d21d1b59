import type { ApiPromise } from '@polkadot/api'
import type { SignerPayload } from '@polkadot/types/interfaces'
import { hexToU8a } from './polkadot/util.ts'
import { blake2AsU8a } from './polkadot/util-crypto.ts'
import { addressOf } from './address.ts'
import type { CallBook } from './calls.ts'
import { InvalidArgument } from './errors.ts'
import { bytesOf, hexOf } from './hex.ts'
import type { Call, Head, Hex, SignedTransaction, Signer } from './types.ts'

/** In blocks: a transaction that did not land in as many can no longer. */
export const MORTAL_PERIOD = 64

export type SignOptions = {
  api: ApiPromise
  call: Call
  signer: Signer
  nonce: number
  /** The block that the transaction's life begins with. */
  birth: Head
}

export type SignedExtrinsic = { hex: Hex; hash: Hex }

/** The transaction in the fourth format of extrinsics, which every wallet signs too. */
export async function signExtrinsic(options: SignOptions): Promise<SignedExtrinsic> {
  const { api, call, signer, nonce, birth } = options
  const payload = api.registry.createTypeUnsafe<SignerPayload>('SignerPayload', [
    {
      address: signer.address,
      blockHash: birth.hash,
      blockNumber: birth.height,
      era: api.registry.createType('ExtrinsicEra', {
        current: birth.height,
        period: MORTAL_PERIOD,
      }),
      genesisHash: api.genesisHash,
      method: call.hex,
      nonce,
      runtimeVersion: api.runtimeVersion,
      signedExtensions: api.registry.signedExtensions,
      tip: 0,
      version: 4,
    },
  ])
  const bytes = hexToU8a(payload.toRaw().data)
  // What is long is signed by its hash, so that a small device can take it.
  const signature = await signer.sign(bytes.length > 256 ? blake2AsU8a(bytes) : bytes)
  const extrinsic = api
    .tx(api.registry.createType('Call', call.hex))
    .addSignature(
      signer.address,
      hexOf(Uint8Array.of(SCHEMES[signer.scheme], ...signature)),
      payload.toPayload(),
    )
  return { hex: extrinsic.toHex(), hash: extrinsic.hash.toHex() }
}

/** A transaction that was signed elsewhere. Throws `InvalidArgument` where these bytes are none. */
export function decodeSigned(api: ApiPromise, book: CallBook, hex: string): SignedTransaction {
  const bytes = bytesOf(hex, { field: 'transaction' })
  try {
    const extrinsic = api.registry.createType('Extrinsic', bytes)
    if (extrinsic.isSigned && extrinsic.toHex() === hexOf(bytes)) {
      const signer = addressOf(extrinsic.signer.toU8a().slice(-32))
      const call = book.decode(extrinsic.method.toHex())
      return { hex: hexOf(bytes), hash: extrinsic.hash.toHex(), signer, call }
    }
  } catch {
    // Told below, in our words.
  }
  throw new InvalidArgument('transaction', {
    what: `these ${bytes.length} bytes are not a signed transaction of this runtime`,
    remedy:
      'The whole signed extrinsic would have been read, its length in front, as wallets print it.',
  })
}

/** The last block that it can land in; one that is never too old is looked for as long as a mortal one. */
export function lastBlockOf(api: ApiPromise, hex: Hex, present: number): number {
  const { era } = api.registry.createType('Extrinsic', hex)
  return era.isMortalEra ? era.asMortalEra.death(present) : present + MORTAL_PERIOD
}

/** The variants of `MultiSignature`. */
const SCHEMES = { ed25519: 0, sr25519: 1 } as const
