import { formatAmount } from '@covenant/schema/amount'
import type { Report } from '../../context.ts'
import { fields, formatRate, paragraphs } from '../../output.ts'
import type { Part, Plan } from '../../plan/make.ts'
import type { ProposedCall } from '../../propose-call.ts'
import { showVote } from '../../votes.ts'
import { showWaited, type Waited } from '../../wait-decided.ts'

/** What was proposed, what it may cost, what is still missing, and what was waited for. */
export function reportProposed(proposed: ProposedCall, plan: Plan, waited?: Waited): Report {
  const { file, maxRate, expires } = plan.input
  const parts = plan.parts
    .filter(({ call }) => call !== null)
    .map((part) => ({
      node: part.node,
      updates: part.contract?.id ?? null,
      rate: part.facts?.rate ?? 0n,
      maxRate,
      escrow: part.escrow + (part.contract?.escrow ?? 0n),
    }))
  const sum = (of: (part: (typeof parts)[number]) => bigint) =>
    parts.reduce((all, part) => all + of(part), 0n)
  const total = { rate: sum(({ rate }) => rate), escrow: sum(({ escrow }) => escrow) }
  const limit = `at most ${formatRate(maxRate)}${parts.length > 1 ? ' for each' : ''}`
  return {
    data: { ...proposed, bodyHash: file.hash, ...total, expires, parts, waited: waited ?? null },
    text: paragraphs(
      `Proposed ${proposed.address} in block ${proposed.block.height}: ${whatOf(plan)}`,
      fields([
        ['call', proposed.call.hash],
        ['body', file.hash],
        ['rate', `${formatRate(total.rate)}, ${limit}`],
        ['escrow', formatAmount(total.escrow)],
      ]),
      showVote(proposed),
      waited && showWaited(proposed, waited),
    ),
  }
}

function whatOf({ parts, input }: Plan): string {
  const name = `"${input.file.body.name}"`
  const of = (action: Part['action']) => parts.filter((part) => part.action === action)
  const created = of('create').map(({ node }) => node)
  const updated = of('update').map(
    ({ node, contract }) => `contract ${contract?.id}, on node ${node}`,
  )
  return [
    created.length === 0 ? [] : [`deploy ${name} on node ${created.join(', ')}`],
    updated.length === 0 ? [] : [`update ${name}: ${updated.join('; ')}`],
  ]
    .flat()
    .join(', and ')
}
