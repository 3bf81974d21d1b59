import type { Node } from '@covenant/chain-client'
import { liveAt } from '@covenant/schema/funds'
import { oneLine } from '../../visible.ts'
import { formatAmount } from '@covenant/schema/amount'
import { withChain } from '../../chain.ts'
import type { Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { fields, formatDistance, paragraphs } from '../../output.ts'
import { showResources } from '../../bodies.ts'

export type ShowNodeOptions = { node: number; chain: string }

/** A node as the chain has it at one finalised block. */
export async function showNode({ node: id, chain: endpoint }: ShowNodeOptions): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const { height, hash: at } = await chain.finalizedHead()
    const [node, now] = await Promise.all([chain.nodes.get(id, at), chain.clock.now(at)])
    if (node === null) {
      throw usageError(`There is no node ${id} on this chain; "covenant node list" shows them`)
    }
    const { window } = chain.constants.nodes
    const { total, reserved, prices, lastSeen } = node
    const isSeen = lastSeen !== null && now <= lastSeen + window
    const live = liveAt(node, { now, window })
    const aDay = (price: bigint) => `${formatAmount(price * 86_400n)} a day`
    return {
      data: { ...node, isSeen, liveNow: live, height },
      text: paragraphs(
        `Node ${id} at block ${height}`,
        fields([
          ['operator', node.operator],
          ['agent', node.agent ?? `${node.namedAgent ?? '—'} (has not served yet)`],
          ['seen', lastSeen === null ? 'never' : formatDistance(lastSeen, now)],
          ['takes work', takesWork(node, isSeen, window)],
          ['offers', showResources(total)],
          ['reserved', showResources(reserved)],
          ['contracts', node.contracts],
          ['region', oneLine(node.region)],
          ['endpoint', node.endpoint],
          ...node.attributes.map(({ key, value }) => [key, value] as const),
        ]),
        fields([
          ['1000m cpu', aDay(prices.cpu * 1000n)],
          ['1Gi memory', aDay(prices.memory * 1024n)],
          ['1Gi disk', aDay(prices.storage * 1024n)],
        ]),
      ),
    }
  })
}

function takesWork({ state }: Node, isSeen: boolean, window: number): string {
  if (state !== 'Active') return `no: it is ${state}`
  return isSeen ? 'yes' : `no: not seen for ${window} s`
}
