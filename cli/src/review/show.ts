import { quoted } from '../visible.ts'
import { formatAmount } from '@covenant/schema/amount'
import { bold, fields, formatDistance, indent, paragraphs, table, warn } from '../output.ts'
import { showYours } from './ballot.ts'
import { showFailure } from './outlook.ts'
import type { Review } from './read.ts'
import { showEnds } from './stale.ts'

/** What an approver needs, the sentence first and the proof last. */
export function showReview(review: Review): string {
  const { group, proposal, effect, stale, block } = review
  const address = `${group.id}/${proposal.id}`
  return paragraphs(
    bold(
      `Proposal ${address} of group ${group.id} ${quoted(group.name)} (${proposal.kind}), at block ${block.height}`,
    ),
    sentenceOf(review),
    list(problemsOf(review).map((problem) => warn(`! ${problem}`))),
    ...effect.sections.map(({ title, text }) => section(title, text)),
    section('Votes', showVotes(review)),
    section('At the threshold, in that very transaction', showSteps(review)),
    stale.length > 0 ? undefined : section('Until then', showEnds(proposal, block.now)),
    section('Proof, computed here from what the chain holds', showProof(review)),
  )
}

/** What stands in its way, the chain's own word first; of what is stale nothing else matters. */
function problemsOf({ stale, outlook, effect }: Review): string[] {
  if (stale.length > 0 || outlook.ok) return [...stale, ...effect.problems]
  return [showFailure(outlook.error), ...effect.problems]
}

function sentenceOf({ group, proposal, effect, block }: Review): string {
  const asked = formatDistance(proposal.createdAt, block.now)
  return `If it passes, group ${group.id} ${effect.sentence}.\n${proposal.proposer} proposed it ${asked}.`
}

function showVotes({ ballot, outlook }: Review): string {
  const { members, approved, rejected, threshold, missing } = ballot
  return paragraphs(
    table(
      ['MEMBER', 'WEIGHT', 'VOTE'],
      members.map(({ account, weight, counts, vote }) => [
        account,
        counts ? weight : `${weight}, not counted`,
        vote ?? '–',
      ]),
      '',
    ),
    [
      `${approved} of ${threshold} approve, ${rejected} reject, ${missing} missing.`,
      showYours(ballot, outlook.ok),
    ]
      .filter((line) => line !== undefined)
      .join('\n'),
  )
}

function showSteps({ group, proposal, effect }: Review): string {
  const steps = [
    `the proposal closes, and its deposit of ${formatAmount(proposal.deposit)} goes back to its proposer`,
    `the call runs as the account of group ${group.id}; if it fails, nothing of this happens`,
    ...effect.next,
  ]
  return steps.map((step, index) => `${index + 1}. ${step}`).join('\n')
}

function showProof({ call, effect, block }: Review): string {
  return fields([
    ['call', `${call.pallet}.${call.name}, ${(call.hex.length - 2) / 2} bytes`],
    ['call hash', call.hash],
    ...effect.bodies.flatMap(({ hash, bytes }) => [
      ['body', `${bytes} bytes`] as const,
      ['body hash', hash] as const,
    ]),
    ['block', block.hash],
  ])
}

function section(title: string, text: string): string | undefined {
  return text === '' ? undefined : `${bold(title)}\n${indent(text)}`
}

function list(lines: string[]): string | undefined {
  return lines.length === 0 ? undefined : lines.join('\n')
}

/** The same for a program. */
export function reviewData(review: Review) {
  const { group, proposal, call, effect, outlook, ballot, stale, block } = review
  const { bodies, sections: _, basis: __, ...told } = effect
  return {
    address: `${group.id}/${proposal.id}`,
    height: block.height,
    blockHash: block.hash,
    group: { id: group.id, name: group.name, account: group.account, epoch: group.epoch },
    kind: proposal.kind,
    proposer: proposal.proposer,
    createdAt: proposal.createdAt,
    expires: proposal.expires,
    deposit: proposal.deposit,
    stale,
    effect: told,
    outlook: { works: outlook.ok, error: outlook.ok ? null : outlook.error },
    votes: ballot,
    call: { hex: call.hex, hash: call.hash, pallet: call.pallet, name: call.name, args: call.args },
    bodies: bodies.map(({ hash, bytes }) => ({ hash, bytes })),
  }
}
