/** COV has 18 decimals; every amount is a whole number of the smallest unit. */
export const COV_DECIMALS = 18

const UNITS_PER_COV = 10n ** BigInt(COV_DECIMALS)
/** The chain counts amounts in 128 bits. */
const MAX_AMOUNT = 2n ** 128n - 1n
const COV = /^(0|[1-9]\d{0,38})(?:\.(\d{1,18}))? ?COV$/
const UNITS = /^(0|[1-9]\d{0,38}) ?units$/

/** What {@link parseAmount} reads, for errors and help. */
export const AMOUNT_FORM = 'write it as "12.5 COV" (at most 18 decimals) or "1000 units"'

export class InvalidAmount extends Error {
  override name = 'InvalidAmount'
}

/**
 * Reads "12.5 COV" or "1000 units" (of 10^-18 COV) exactly; nothing is rounded.
 * @throws InvalidAmount saying what would have worked
 */
export function parseAmount(text: string): bigint {
  const amount = readUnits(text) ?? readCov(text)
  if (amount === undefined) {
    throw new InvalidAmount(`${JSON.stringify(text)} is not an amount: ${AMOUNT_FORM}`)
  }
  if (amount > MAX_AMOUNT) {
    throw new InvalidAmount(`${text} is more than the chain can count (2^128 - 1 units)`)
  }
  return amount
}

function readUnits(text: string): bigint | undefined {
  const units = UNITS.exec(text)?.[1]
  return units === undefined ? undefined : BigInt(units)
}

function readCov(text: string): bigint | undefined {
  const [, whole, fraction = ''] = COV.exec(text) ?? []
  if (whole === undefined) return undefined
  return BigInt(whole) * UNITS_PER_COV + BigInt(fraction.padEnd(COV_DECIMALS, '0'))
}

/** The amount in COV, exact: `12.5 COV`. {@link parseAmount} reads it back. */
export function formatAmount(units: bigint): string {
  const sign = units < 0n ? '-' : ''
  const size = units < 0n ? -units : units
  const fraction = (size % UNITS_PER_COV).toString().padStart(COV_DECIMALS, '0').replace(/0+$/, '')
  return `${sign}${size / UNITS_PER_COV}${fraction && `.${fraction}`} COV`
}
