import { formatAmount } from '@covenant/schema/amount'
import { formatTime } from '../output.ts'

const MONTH = 2_592_000n

/** A rate as people budget it: a month has 30 days. */
export function perMonth(rate: bigint): string {
  return `${formatShort(rate * MONTH)} a month`
}

/** Rounded to six decimals, for reading; `--json` has what is exact. */
export function formatShort(units: bigint): string {
  const step = 10n ** 12n
  if (units > 0n && units < step) return 'less than 0.000001 COV'
  return formatAmount(((units + step / 2n) / step) * step)
}

/** How long an amount pays for, in words: `8 days`. */
export function lastsFor(escrow: bigint, rate: bigint): string {
  if (rate === 0n) return 'for ever: the node asks for nothing'
  const seconds = escrow / rate
  const [name, size] = UNITS.find(([, size]) => seconds >= 2n * size) ?? ['second', 1n]
  const count = seconds / size
  return `${count} ${name}${count === 1n ? '' : 's'}`
}

/** The last second of the year 9999: nobody reads a date after it. */
const LAST_DATE = 253_402_300_799n

type Lasting = { fundedUntil: bigint | null; state: string; left: bigint; rate: bigint }

/** Until when a contract's money lasts. */
export function showFunded({ fundedUntil, state, left, rate }: Lasting): string {
  if (state === 'Suspended') return 'used up'
  if (state === 'Offered') return `${lastsFor(left, rate)} once accepted`
  if (fundedUntil === null) return 'no end'
  return fundedUntil > LAST_DATE ? `for ${lastsFor(left, rate)}` : formatTime(Number(fundedUntil))
}

const UNITS: readonly (readonly [name: string, seconds: bigint])[] = [
  ['year', 31_536_000n],
  ['month', MONTH],
  ['day', 86_400n],
  ['hour', 3_600n],
  ['minute', 60n],
]
