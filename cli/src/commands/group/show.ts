import { quoted } from '../../visible.ts'
import { withChain } from '../../chain.ts'
import type { Report } from '../../context.ts'
import { showBalance } from '../../balances.ts'
import { fields, formatDistance, paragraphs, table } from '../../output.ts'
import { getGroup } from '../../proposals.ts'
import { countVotes, thresholdOf } from '../../votes.ts'
import { showMembers } from './members.ts'

export type ShowGroupOptions = { group: number; chain: string }

/** A group as the chain has it at one finalised block. */
export async function showGroup({ group: id, chain: endpoint }: ShowGroupOptions): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const { height, hash: at } = await chain.finalizedHead()
    const group = await getGroup(chain, id, at)
    const [balance, open, now] = await Promise.all([
      chain.balances.of(group.account, at),
      chain.groups.proposals(id, at),
      chain.clock.now(at),
    ])
    const proposals = open.map((proposal) => {
      const { pallet, name } = chain.decodeCall(proposal.call)
      const { approved } = countVotes(group, proposal.votes)
      const threshold = thresholdOf(group, proposal.kind)
      const state =
        proposal.epoch !== group.epoch ? 'Stale' : now > proposal.expires ? 'Expired' : 'Open'
      return { ...proposal, pallet, name, approved, threshold, state }
    })
    return {
      data: { ...group, balance, proposals, height },
      text: paragraphs(
        `Group ${id} ${quoted(group.name)} at block ${height}`,
        fields([['account', group.account], ...showBalance(balance)]),
        showMembers(group),
        table(
          ['PROPOSAL', 'STATE', 'CALL', 'WEIGHT', 'EXPIRES'],
          proposals.map(({ id: proposal, state, pallet, name, approved, threshold, expires }) => [
            `${id}/${proposal}`,
            state,
            `${pallet}.${name}`,
            `${approved} of ${threshold}`,
            formatDistance(expires, now),
          ]),
          'No open proposals.',
        ),
      ),
    }
  })
}
