import { formatAmount } from '@covenant/schema/amount'
import { z } from 'zod'
import { addressNamed } from '../../accounts.ts'
import { askList } from '../../api.ts'
import type { Report } from '../../context.ts'
import { moreThan, paragraphs, table } from '../../output.ts'
import { withClientErrors } from '../../chain.ts'

export type ListContractsOptions = {
  owner?: string
  node?: number
  state?: string
  limit: number
  api: string
}

export const contract = z.object({
  id: z.string(),
  state: z.string(),
  owner: z.string(),
  ownerGroup: z.object({ id: z.string() }).nullable(),
  node: z.object({ id: z.string() }),
  escrow: z.string(),
  closeReason: z.string().nullable(),
  createdHeight: z.number(),
  changedHeight: z.number(),
})

/** The newest contracts, from the API. */
export async function listContracts(options: ListContractsOptions): Promise<Report> {
  const { owner, node, state, limit, api } = options
  const address = owner === undefined ? undefined : withClientErrors(() => addressNamed(owner))
  const { items, more, height } = await askList(api, {
    list: 'contracts',
    filters: {
      owner: ['String', address],
      node: ['ID', node],
      state: ['ContractState', state],
    },
    fields:
      'id state owner ownerGroup { id } node { id } escrow closeReason createdHeight changedHeight',
    item: contract,
    limit,
  })
  return {
    data: { contracts: items, more, height },
    text: paragraphs(
      table(
        ['CONTRACT', 'STATE', 'OWNER', 'NODE', 'ESCROW', 'CHANGED IN BLOCK'],
        items.map((item) => [
          item.id,
          item.closeReason === null ? item.state : `${item.state} (${item.closeReason})`,
          item.ownerGroup === null ? item.owner : `group:${item.ownerGroup.id}`,
          item.node.id,
          formatAmount(BigInt(item.escrow)),
          item.changedHeight,
        ]),
        'No contracts.',
      ),
      more ? moreThan(limit) : undefined,
    ),
  }
}
