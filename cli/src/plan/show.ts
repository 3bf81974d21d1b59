import { quoted } from '../visible.ts'
import { formatAmount } from '@covenant/schema/amount'
import { showServices, showResources } from '../bodies.ts'
import { bodyResources } from '@covenant/schema'
import { bold, fields, indent, paragraphs, warn } from '../output.ts'
import { showChanges } from '../review/show-changes.ts'
import { formatShort, lastsFor, perMonth } from '../review/money.ts'
import { showPresence } from '../review/node-facts.ts'
import { basisOf, type Part, type Plan, ratesOf } from './make.ts'

/** What would happen, most important first, and the next command where there is one. */
export function showPlan(plan: Plan, next?: string): string {
  const { input, block, parts, refusals, warnings, calls } = plan
  const title = `Plan for "${input.file.body.name}", owned by ${ownerOf(plan)}, at block ${block.height}`
  const changing = parts.filter(({ call }) => call !== null)
  if (calls.offer === null) {
    return paragraphs(bold(title), `Nothing to do: ${parts.map(showPart).join(' ')}`)
  }
  return paragraphs(
    bold(title),
    [...(changing.length > 1 ? ['All of it together, or none:'] : []), ...parts.map(showPart)].join(
      '\n',
    ),
    [...refusals, ...warnings].map((problem) => warn(`! ${problem}`)).join('\n'),
    ...showAllChanges(changing, parts.length),
    parts.some(({ action }) => action === 'create')
      ? section('What runs', showServices(input.file.body))
      : undefined,
    section('Money', showCosts(plan)),
    ...changing.map((part) => section(`Node ${part.node}`, showWhere(part, plan))),
    section('Decision', showDecision(plan)),
    section(
      'Proof',
      fields([
        ['body hash', input.file.hash],
        ['call hash', calls.offer.hash],
      ]),
    ),
    refusals.length === 0 && next !== undefined ? `Next: ${next}` : undefined,
  )
}

function showPart({ action, node, contract }: Part): string {
  if (action === 'create') return `A new contract on node ${node}.`
  if (action === 'update') return `Contract ${contract?.id} on node ${node} changes.`
  return `contract ${contract?.id} on node ${node} has this very body.`
}

/** The changes that are the same on several nodes are told once. */
function showAllChanges(parts: Part[], count: number): (string | undefined)[] {
  const nodesBy = new Map<string, number[]>()
  for (const { node, changes } of parts) {
    const text = showChanges(changes)
    nodesBy.set(text, [...(nodesBy.get(text) ?? []), node])
  }
  return [...nodesBy].map(([text, nodes]) => {
    const where = count === 1 ? '' : ` on node ${nodes.join(', ')}`
    return section(`Changes${where}`, text)
  })
}

function ownerOf({ group, input }: Plan): string {
  return group === null ? input.owner : `group ${group.id} ${quoted(group.name)}`
}

function showCosts(plan: Plan): string {
  const { input, parts, leaves } = plan
  const rates = ratesOf(plan)
  const each = parts.length > 1 ? ' for each' : ''
  const sum = (of: (part: Part) => bigint) => parts.reduce((all, part) => all + of(part), 0n)
  const escrows = parts.map((part) => part.escrow + (part.contract?.escrow ?? 0n))
  const lasting = escrows.map((escrow, index) => ({
    escrow,
    rate: parts[index]?.facts?.rate ?? 0n,
  }))
  const first = lasting.reduce((a, b) => (a.escrow * b.rate <= b.escrow * a.rate ? a : b))
  const lasts = rates.next === null ? '' : `, lasts ${lastsFor(first.escrow, first.rate)}`
  return fields([
    ['now', perMonth(rates.now)],
    ['next', rates.next === null ? undefined : perMonth(rates.next)],
    ['limit', `${perMonth(input.maxRate)}${each}; above it the chain refuses`],
    ['escrow', `${formatAmount(escrows.reduce((all, escrow) => all + escrow, 0n))}${lasts}`],
    ['deposit', `${formatShort(sum(({ deposit }) => deposit))}, comes back in the end`],
    ['leaves', leaves < 0n ? undefined : `${formatShort(leaves)} free`],
  ])
}

function showWhere({ facts }: Part, { input, block, beside, parts }: Plan): string {
  if (facts === null) return 'is not on this chain'
  return fields([
    ['operator', facts.operator],
    ['record', showPresence(facts, block.now)],
    ['costs', parts.length === 1 ? undefined : perMonth(facts.rate)],
    ['asks for', showResources(bodyResources(input.file.body))],
    ['free there', showResources(facts.free)],
    [
      'beside it',
      beside.length === 0
        ? undefined
        : `${beside.map(({ id, node }) => `contract ${id} on node ${node}`).join(', ')}, of the same name, goes on`,
    ],
  ])
}

function showDecision({ vote, group, input }: Plan): string {
  if (vote === null) return `${input.owner} decides alone.`
  const needs = `It needs ${vote.threshold} of group ${group?.id}.`
  if (vote.weight === 0) return needs
  return vote.decides
    ? `${needs} Your ${vote.weight} decide: proposing it carries it out at once.`
    : `${needs} Your ${vote.weight} do not decide: ${vote.threshold - vote.weight} would be missing still.`
}

function section(title: string, text: string): string | undefined {
  return text === '' ? undefined : `${bold(title)}\n${indent(text)}`
}

/** The same for a program. */
export function planData(plan: Plan) {
  const { block, input, group, parts, leaves, vote, calls } = plan
  const rates = ratesOf(plan)
  return {
    height: block.height,
    name: input.file.body.name,
    owner: input.owner,
    group: group?.id ?? null,
    parts: parts.map(({ node, action, contract, changes, facts, escrow, deposit }) => ({
      ...{ node, action, contract: contract?.id ?? null, changes },
      ...{ rate: facts?.rate ?? null, escrow, deposit },
    })),
    beside: plan.beside.map(({ id }) => id),
    rateNow: rates.now,
    rate: rates.next,
    maxRate: input.maxRate,
    leaves,
    vote,
    refusals: plan.refusals,
    warnings: plan.warnings,
    bodyHash: input.file.hash,
    call: calls.offer && { hex: calls.offer.hex, hash: calls.offer.hash },
    basis: basisOf(plan),
  }
}
