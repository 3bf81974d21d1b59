import { z } from 'zod'
import { addressNamed } from '../../accounts.ts'
import { type ApiItems, askList } from '../../api.ts'
import { withClientErrors } from '../../chain.ts'
import type { Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { moreThan, paragraphs, table } from '../../output.ts'

export type ListProposalsOptions = {
  group?: number
  member?: string
  state?: string
  limit: number
  api: string
}

export const proposal = z.object({
  address: z.string(),
  state: z.string(),
  kind: z.string(),
  call: z.object({ pallet: z.string(), name: z.string() }),
  proposer: z.string(),
  threshold: z.number(),
  weightFor: z.number(),
  weightAgainst: z.number(),
  missingWeight: z.number(),
  expires: z.string(),
  createdHeight: z.number(),
  closedHeight: z.number().nullable(),
})
type ProposalItem = z.infer<typeof proposal>

/** A group's proposals, or those in all groups of a member, from the API. */
export async function listProposals(options: ListProposalsOptions): Promise<Report> {
  const { group, member, limit } = options
  if ((group === undefined) === (member === undefined)) {
    throw usageError('Name a group, as in "covenant proposals 1", or --member ACCOUNT')
  }
  const { items, more, height } =
    group === undefined ? await ofMember(member ?? '', options) : await ofGroup(group, options)
  return {
    data: { proposals: items, more, height },
    text: paragraphs(
      table(
        ['PROPOSAL', 'STATE', 'KIND', 'CALL', 'FOR', 'AGAINST', 'MISSING', 'EXPIRES'],
        items.map((item) => [
          item.address,
          item.state,
          item.kind,
          `${item.call.pallet}.${item.call.name}`,
          `${item.weightFor} of ${item.threshold}`,
          item.weightAgainst,
          item.missingWeight,
          item.expires.replace(/\.\d+Z$/, 'Z'),
        ]),
        'No proposals.',
      ),
      more ? moreThan(limit) : undefined,
    ),
  }
}

function ofGroup(
  group: number,
  { state, limit, api }: ListProposalsOptions,
): Promise<ApiItems<ProposalItem>> {
  return askList(api, {
    list: 'proposals',
    filters: { group: ['ID', group], state: ['ProposalState', state] },
    fields: `address state kind call { pallet name } proposer threshold
      weightFor weightAgainst missingWeight expires createdHeight closedHeight`,
    item: proposal,
    limit,
  })
}

async function ofMember(
  member: string,
  options: ListProposalsOptions,
): Promise<ApiItems<ProposalItem>> {
  const { limit, api } = options
  const address = withClientErrors(() => addressNamed(member))
  const groups = await askList(api, {
    list: 'groups',
    filters: { member: ['String', address] },
    fields: 'id',
    item: z.object({ id: z.string() }),
    limit,
  })
  const lists = await Promise.all(groups.items.map(({ id }) => ofGroup(Number(id), options)))
  const items = lists.flatMap((list) => list.items)
  return {
    items: items.slice(0, limit),
    more: groups.more || items.length > limit || lists.some((list) => list.more),
    height: groups.height,
  }
}
