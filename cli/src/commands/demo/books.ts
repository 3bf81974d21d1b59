import { formatAmount } from '@covenant/schema/amount'

/** What `covenant account show --json` says of one account; amounts are decimal strings. */
export type AccountReading = {
  name: string
  total: string
  held: { reason: string; amount: string }[]
}

export type Reading = { accounts: AccountReading[]; totalIssuance: string }

export type Story = {
  before: Reading
  after: Reading
  /** What each account paid in fees, by its name; who paid none may be left out. */
  fees: Record<string, bigint>
  /** The group, who paid for its beginning, and what it then had. */
  group: { name: string; creator: string; initial: bigint }
  /** Who was paid for the contract, and how much. */
  operator: string
  paid: bigint
}

/**
 * Whether every account has exactly what the story leaves it with, and nothing but the fees has
 * gone. Returns a sentence for each difference; none means that the books add up.
 */
export function checkBooks(story: Story): string[] {
  const { before, after, group, operator, paid } = story
  const fees = new Map(Object.entries(story.fees))
  const allFees = [...fees.values()].reduce((sum, fee) => sum + fee, 0n)
  const expected = (account: AccountReading): bigint => {
    const had = find(before, account.name)
    if (account.name === group.name) return group.initial - paid
    let total = BigInt(had?.total ?? 0) - (fees.get(account.name) ?? 0n)
    if (account.name === group.creator) total -= group.initial
    if (account.name === operator) total += paid
    return total
  }
  const differences = after.accounts.flatMap((account) =>
    difference(`${account.name} has`, BigInt(account.total), expected(account)),
  )
  const issued = BigInt(before.totalIssuance) - allFees
  const escrow = find(after, group.name)?.held.find(({ reason }) => reason === 'contracts.Escrow')
  return [
    ...differences,
    ...difference('all there is has become', BigInt(after.totalIssuance), issued),
    ...difference(`${group.name} still holds in escrow`, BigInt(escrow?.amount ?? 0), 0n),
  ]
}

function find({ accounts }: Reading, name: string): AccountReading | undefined {
  return accounts.find((account) => account.name === name)
}

function difference(what: string, actual: bigint, expected: bigint): string[] {
  if (actual === expected) return []
  return [
    `${what} ${formatAmount(actual)}, not ${formatAmount(expected)}: off by ${actual - expected} units`,
  ]
}
