import { ScaleReader } from './scale.ts'
import type { Hex } from '@covenant/schema/hash'

/** Why the runtime does not take a transaction, in the runtime's own words. */
export type Refusal = {
  kind: 'invalid' | 'unknown'
  reason: string
  /** A sentence for people, the one that Substrate's nodes use. */
  message: string
}

export type Validity = {
  priority: bigint
  /** Tags that others must have provided before. */
  requires: string[]
  provides: string[]
  /** For how many blocks this holds. */
  longevity: bigint
}

const INVALID: [reason: string, message: string][] = [
  ['Call', 'Transaction call is not expected'],
  ['Payment', 'Inability to pay some fees (e.g. account balance too low)'],
  ['Future', 'Transaction will be valid in the future'],
  ['Stale', 'Transaction is outdated'],
  ['BadProof', 'Transaction has a bad signature'],
  ['AncientBirthBlock', 'Transaction has an ancient birth block'],
  ['ExhaustsResources', 'Transaction would exhaust the block limits'],
  ['Custom', 'InvalidTransaction custom error'],
  ['BadMandatory', 'A call was labelled as mandatory, but resulted in an Error.'],
  ['MandatoryValidation', 'Transaction dispatch is mandatory; transactions must not be validated.'],
  ['BadSigner', 'Invalid signing address'],
  ['IndeterminateImplicit', 'The implicit data was unable to be calculated'],
  ['UnknownOrigin', 'The transaction extension did not authorize any origin'],
]

const UNKNOWN: [reason: string, message: string][] = [
  ['CannotLookup', 'Could not lookup information required to validate the transaction'],
  ['NoUnsignedValidator', 'Could not find an unsigned validator for the unsigned transaction'],
  ['Custom', 'UnknownTransaction custom error'],
]

/** What `TaggedTransactionQueue_validate_transaction` answered. */
export function decodeValidity(encoded: Hex): Validity | Refusal {
  const reader = new ScaleReader(encoded)
  if (reader.u8() !== 0) return readRefusal(reader)
  return {
    priority: reader.u64(),
    requires: reader.list((tag) => tag.bytes().toString('hex')),
    provides: reader.list((tag) => tag.bytes().toString('hex')),
    longevity: reader.u64(),
  }
}

/** What `BlockBuilder_apply_extrinsic` answered: undefined where the extrinsic is in the block. */
export function decodeApplied(encoded: Hex): Refusal | undefined {
  const reader = new ScaleReader(encoded)
  return reader.u8() === 0 ? undefined : readRefusal(reader)
}

export function isRefusal(answer: Validity | Refusal): answer is Refusal {
  return 'kind' in answer
}

function readRefusal(reader: ScaleReader): Refusal {
  const isInvalid = reader.u8() === 0
  const index = reader.u8()
  const [reason, message] = (isInvalid ? INVALID : UNKNOWN)[index] ?? [
    `Code${index}`,
    `code ${index}`,
  ]
  const kind = isInvalid ? 'invalid' : 'unknown'
  if (reason !== 'Custom') return { kind, reason, message }
  const code = reader.u8()
  return { kind, reason: `Custom(${code})`, message: `Custom error: ${code}` }
}
