import { formatAmount } from '@covenant/schema/amount'
import type { Report } from '../../context.ts'
import type { Offer } from '../../offers.ts'
import { fields, formatRate, paragraphs } from '../../output.ts'
import type { ProposedCall } from '../../propose-call.ts'
import { showVote } from '../../votes.ts'
import { showWaited, type Waited } from '../../wait-decided.ts'

/** What was proposed, what it may cost, what is still missing, and what was waited for. */
export function reportProposed(proposed: ProposedCall, offer: Offer, waited?: Waited): Report {
  const { file, node, rate, maxRate, escrow, expires } = offer
  return {
    data: {
      ...{ ...proposed, bodyHash: file.hash, node, rate, maxRate, escrow, expires },
      waited: waited ?? null,
    },
    text: paragraphs(
      `Proposed ${proposed.address} in block ${proposed.block.height}: deploy "${file.deployment.name}" on node ${node}`,
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
