import { formatAmount } from '@covenant/schema/amount'
import type { Report } from '../../context.ts'
import type { Offer } from '../../offers.ts'
import { fields, formatRate, paragraphs } from '../../output.ts'
import type { ProposedCall } from '../../propose-call.ts'
import { showVote } from '../../votes.ts'
import { showWaited, type Waited } from '../../wait-decided.ts'

/** What was offered: a new contract, or another version of the one that it updates. */
export type Proposed = Omit<Offer, 'note' | 'create'> & { updates?: number | null }

/** What was proposed, what it may cost, what is still missing, and what was waited for. */
export function reportProposed(proposed: ProposedCall, offer: Proposed, waited?: Waited): Report {
  const { file, node, rate, maxRate, escrow, expires, updates = null } = offer
  const name = `"${file.deployment.name}"`
  const what = updates === null ? `deploy ${name}` : `update contract ${updates}, ${name},`
  return {
    data: {
      ...{ ...proposed, bodyHash: file.hash, node, rate, maxRate, escrow, expires },
      waited: waited ?? null,
    },
    text: paragraphs(
      `Proposed ${proposed.address} in block ${proposed.block.height}: ${what} on node ${node}`,
      fields([
        ['call', proposed.call.hash],
        ['body', file.hash],
        ['rate', `${formatRate(rate)}, at most ${formatRate(maxRate)}`],
        ['escrow', formatAmount(escrow)],
      ]),
      showVote(proposed),
      waited && showWaited(proposed, waited),
    ),
  }
}
