import { formatAmount } from '@covenant/schema/amount'
import { showServices, showResources } from '../bodies.ts'
import { bodyResources } from '@covenant/schema'
import { bold, fields, indent, paragraphs, warn } from '../output.ts'
import { showChanges } from '../review/show-changes.ts'
import { formatShort, lastsFor, perMonth } from '../review/money.ts'
import { showPresence } from '../review/node-facts.ts'
import { basisOf, type Plan } from './make.ts'

/** What would happen, most important first, and the next command. */
export function showPlan(plan: Plan, next: string): string {
  const { input, block, action, refusals, warnings } = plan
  const title = `Plan for "${input.file.body.name}", owned by ${ownerOf(plan)}, at block ${block.height}`
  if (action === 'none') {
    return paragraphs(
      bold(title),
      `Nothing to do: contract ${plan.contract?.id} has this very body.`,
    )
  }
  return paragraphs(
    bold(title),
    action === 'create'
      ? `A new contract on node ${input.node}.`
      : `Contract ${plan.contract?.id} on node ${input.node} changes.`,
    [...refusals, ...warnings].map((problem) => warn(`! ${problem}`)).join('\n'),
    section('Changes', showChanges(plan.changes)),
    action === 'create' ? section('What runs', showServices(input.file.body)) : undefined,
    section('Money', showCosts(plan)),
    section(`Node ${input.node}`, showWhere(plan)),
    section('Decision', showDecision(plan)),
    section(
      'Proof',
      fields([
        ['body hash', input.file.hash],
        ['call hash', plan.calls.offer.hash],
      ]),
    ),
    refusals.length === 0 ? `Next: ${next}` : undefined,
  )
}

function ownerOf({ group, input }: Plan): string {
  return group === null ? input.owner : `group ${group.id} "${group.name}"`
}

function showCosts({ input, contract, node, deposit, leaves, action }: Plan): string {
  const before = contract?.running?.rate ?? 0n
  const escrow = action === 'create' ? input.escrow : (contract?.escrow ?? 0n)
  return fields([
    ['now', perMonth(before)],
    ['next', node === null ? undefined : perMonth(node.rate)],
    ['limit', `${perMonth(input.maxRate)}; above it the chain refuses`],
    [
      'escrow',
      `${formatAmount(escrow)}${node === null ? '' : `, lasts ${lastsFor(escrow, node.rate)}`}`,
    ],
    ['deposit', `${formatShort(deposit)}, comes back in the end`],
    ['leaves', leaves < 0n ? undefined : `${formatShort(leaves)} free`],
  ])
}

function showWhere({ node, input, block, beside }: Plan): string {
  if (node === null) return 'is not on this chain'
  return fields([
    ['operator', node.operator],
    ['record', showPresence(node, block.now)],
    ['asks for', showResources(bodyResources(input.file.body))],
    ['free there', showResources(node.free)],
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
  const { block, input, group, contract, action, changes, node, deposit, leaves, vote } = plan
  return {
    action,
    height: block.height,
    name: input.file.body.name,
    owner: input.owner,
    group: group?.id ?? null,
    contract: contract?.id ?? null,
    beside: plan.beside.map(({ id }) => id),
    node: input.node,
    changes,
    rateNow: contract?.running?.rate ?? 0n,
    rate: node?.rate ?? null,
    maxRate: input.maxRate,
    escrow: input.escrow,
    deposit,
    leaves,
    vote,
    refusals: plan.refusals,
    warnings: plan.warnings,
    bodyHash: input.file.hash,
    call: { hex: plan.calls.offer.hex, hash: plan.calls.offer.hash },
    basis: basisOf(plan),
  }
}
