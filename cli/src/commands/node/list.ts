import { formatCpu, formatSize } from '@covenant/schema/quantity'
import { z } from 'zod'
import { askList } from '../../api.ts'
import type { Report } from '../../context.ts'
import { moreThan, paragraphs, table } from '../../output.ts'

export type ListNodesOptions = { limit: number; api: string }

const RESOURCES = 'cpu memory storage gpus publicIpv4'
const resources = z.object({
  cpu: z.number(),
  memory: z.number(),
  storage: z.number(),
  gpus: z.number(),
  publicIpv4: z.number(),
})
export const node = z.object({
  id: z.string(),
  state: z.string(),
  isLive: z.boolean(),
  operator: z.string(),
  agent: z.string().nullable(),
  region: z.string(),
  total: resources,
  reserved: resources,
  contractCount: z.number(),
  lastSeen: z.string().nullable(),
})

/** The newest nodes, from the API. */
export async function listNodes({ limit, api }: ListNodesOptions): Promise<Report> {
  const { items, more, height } = await askList(api, {
    list: 'nodes',
    filters: {},
    fields: `id state isLive operator agent region contractCount lastSeen
      total { ${RESOURCES} } reserved { ${RESOURCES} }`,
    item: node,
    limit,
  })
  return {
    data: { nodes: items, more, height },
    text: paragraphs(
      table(
        ['NODE', 'STATE', 'SEEN', 'REGION', 'FREE CPU', 'FREE MEMORY', 'FREE DISK', 'CONTRACTS'],
        items.map(({ id, state, isLive, region, total, reserved, contractCount }) => [
          id,
          state,
          isLive ? 'yes' : 'no',
          region,
          formatCpu(total.cpu - reserved.cpu),
          formatSize(total.memory - reserved.memory),
          formatSize(total.storage - reserved.storage),
          contractCount,
        ]),
        'No nodes.',
      ),
      more ? moreThan(limit) : undefined,
    ),
  }
}
