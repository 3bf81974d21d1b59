import { formatAmount } from '@covenant/schema/amount'
import { accountOf } from '../../accounts.ts'
import { showBalance } from '../../balances.ts'
import { withChain } from '../../chain.ts'
import type { Report } from '../../context.ts'
import { fields, paragraphs } from '../../output.ts'

export type ShowAccountsOptions = { accounts: string[]; chain: string }

/** What accounts own, their sum, and all there is, at one finalised block. */
export async function showAccounts({
  accounts: names,
  chain: endpoint,
}: ShowAccountsOptions): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const { height, hash } = await chain.finalizedHead()
    const accounts = await Promise.all(
      names.map(async (name) => {
        const account = accountOf(name, chain)
        const balance = await chain.balances.of(account, hash)
        return { name, account, ...balance, total: balance.free + balance.reserved }
      }),
    )
    const sum = accounts.reduce((all, { total }) => all + total, 0n)
    const totalIssuance = await chain.balances.totalIssuance(hash)
    return {
      data: { accounts, sum, totalIssuance, height, hash },
      text: paragraphs(
        ...accounts.map((account) =>
          fields([
            [account.name, account.name === account.account ? '' : account.account],
            ...showBalance(account),
            ['total', formatAmount(account.total)],
          ]),
        ),
        fields([
          ['sum', accounts.length > 1 ? formatAmount(sum) : undefined],
          ['of all there is', formatAmount(totalIssuance)],
          ['at block', height],
        ]),
      ),
    }
  })
}
