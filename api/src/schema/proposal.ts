import { builder } from '../builder.ts'
import { MAX_MEMBERS } from '../chain-bounds.ts'
import { parseAddress, parseId } from '../inputs.ts'
import { eventList } from '../queries/events.ts'
import { loadReferenced } from '../queries/load.ts'
import {
  type Ballot,
  KINDS,
  type ProposalRow,
  STALE_REASONS,
  type StaleReason,
  awaitsVoteOf,
  ballotOf,
  proposalAddress,
  proposalList,
  readsAs,
  weightOf,
} from '../queries/proposals.ts'
import { sql, when } from '../sql.ts'
import { amountField } from './amount.ts'
import {
  CastVote,
  Contract,
  Event,
  EventConnection,
  Group,
  Proposal,
  ProposalConnection,
} from './refs.ts'
import { isoOfSeconds } from './scalars.ts'

/** As many as one call of 8,192 bytes has room for. */
const MAX_CREATED = 64

const Kind = builder.enumType('Kind', {
  description: 'Which of its thresholds a group asks for.',
  values: KINDS,
})

export const ProposalState = builder.enumType('ProposalState', {
  values: {
    Open: { description: 'Its members may vote.' },
    Executed: { description: 'It reached its threshold, and its call was done.' },
    Rejected: {
      description: 'The weight that remains cannot reach its threshold, or it was vetoed.',
    },
    Withdrawn: { description: 'Its proposer took it back.' },
    Cleared: { description: 'It was taken away after its time, or when it was stale.' },
    Expired: { description: 'It was not decided in time.' },
    Stale: {
      description: "Members, thresholds or the runtime's calls have changed since it was made.",
    },
  } satisfies Record<ProposalRow['reading'], object>,
})

const Vote = builder.enumType('Vote', { values: ['Approve', 'Reject'] as const })

CastVote.implement({
  description: "A member's latest vote on a proposal.",
  fields: (t) => ({
    member: t.exposeString('member', { description: "The member's account." }),
    proposal: t.field({
      type: Proposal,
      resolve: ({ group_id: group, proposal_id: id }, _args, { load }) =>
        loadReferenced(load.proposal, proposalAddress(group, id)),
    }),
    vote: t.field({ type: Vote, resolve: (row) => row.vote }),
    weight: t.exposeInt('weight'),
    changedHeight: t.expose('changed_height', {
      type: 'Uint',
      description: 'The block that the vote was cast in.',
    }),
  }),
})

const BallotType = builder.objectRef<Ballot>('Ballot').implement({
  description: "What one member's vote would do, at this block.",
  fields: (t) => ({
    member: t.string({ resolve: ({ member }) => member.account }),
    weight: t.exposeInt('weight', {
      description: "What counts of the member's weight: nothing of one who may not approve.",
    }),
    vote: t.field({
      type: Vote,
      nullable: true,
      description: 'What it has voted.',
      resolve: ({ vote }) => vote,
    }),
    mayApprove: t.exposeBoolean('mayApprove'),
    mayReject: t.exposeBoolean('mayReject'),
    approvalDecides: t.exposeBoolean('approvalDecides', {
      description: 'Whether its approval carries the call out at once.',
    }),
    rejectionDecides: t.exposeBoolean('rejectionDecides', {
      description: 'Whether its rejection ends the proposal: by weight, or as a veto.',
    }),
  }),
})

const StaleReasonType = builder.enumType('StaleReason', {
  values: {
    MEMBERS_CHANGED: { description: 'Members or thresholds of the group have changed.' },
    GROUP_DISSOLVED: { description: 'The group has ended.' },
    CALLS_CHANGED: { description: 'The runtime has other calls.' },
    EXPIRED: { description: 'Its time is over.' },
  } satisfies Record<StaleReason, object>,
})

const Call = builder.objectRef<ProposalRow>('Call').implement({
  description: 'What a group is asked to do.',
  fields: (t) => ({
    hex: t.exposeString('call', {
      description: 'The SCALE bytes that an approval repeats.',
      extensions: { weight: 50 },
    }),
    pallet: t.exposeString('call_pallet', { description: 'As in contracts.' }),
    name: t.exposeString('call_name', { description: 'As in create.' }),
    args: t.expose('call_args', { type: 'Json', extensions: { weight: 50 } }),
  }),
})

Proposal.implement({
  description: 'A call that a group is asked to approve.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its number in its group.' }),
    address: t.string({
      description: 'GROUP/PROPOSAL, as in 3/0.',
      resolve: (row) => proposalAddress(row.group_id, row.id),
    }),
    group: t.field({
      type: Group,
      resolve: (row, _args, { load }) => loadReferenced(load.group, row.group_id),
    }),
    proposer: t.exposeString('proposer'),
    state: t.field({ type: ProposalState, resolve: (row) => row.reading }),
    kind: t.field({ type: Kind, resolve: (row) => row.kind }),
    call: t.field({ type: Call, resolve: (row) => row }),
    epoch: t.expose('epoch', {
      type: 'Uint',
      description: "The group's epoch that it was made in; in another one it is stale.",
    }),
    threshold: t.expose('threshold', {
      type: 'Uint',
      description: 'The weight that has to approve.',
    }),
    approveWeight: t.expose('approve_weight', {
      type: 'Uint',
      description: 'The weight of all who may approve.',
    }),
    weightFor: t.field({
      type: 'Uint',
      resolve: async (row, _args, { load }) =>
        weightOf('Approve', await load.votes.load(proposalAddress(row.group_id, row.id))),
    }),
    weightAgainst: t.field({
      type: 'Uint',
      resolve: async (row, _args, { load }) =>
        weightOf('Reject', await load.votes.load(proposalAddress(row.group_id, row.id))),
    }),
    missingWeight: t.field({
      type: 'Uint',
      description: 'The weight that has still to approve; 0 once the threshold was reached.',
      resolve: async (row, _args, { load }) => {
        const votes = await load.votes.load(proposalAddress(row.group_id, row.id))
        return Math.max(0, row.threshold - weightOf('Approve', votes))
      },
    }),
    votes: t.field({
      type: [CastVote],
      description: 'In the order in which they were cast.',
      extensions: { items: MAX_MEMBERS },
      resolve: (row, _args, { load }) => load.votes.load(proposalAddress(row.group_id, row.id)),
    }),
    ballot: t.field({
      type: BallotType,
      nullable: true,
      description: 'What the vote of this member would do; null for who is none.',
      args: { member: t.arg.string({ required: true, description: "The member's account." }) },
      resolve: async (row, args, { load }) => {
        const account = parseAddress('member', args.member)
        const [{ members }, votes] = await Promise.all([
          loadReferenced(load.epoch, `${row.group_id}/${row.epoch}`),
          load.votes.load(proposalAddress(row.group_id, row.id)),
        ])
        const member = members.find((one) => one.account === account)
        return member ? ballotOf(row, { member, votes }) : null
      },
    }),
    staleReasons: t.field({
      type: [StaleReasonType],
      description: 'All that keeps an open proposal from being voted on.',
      extensions: { items: STALE_REASONS.length },
      resolve: (row) => row.stale_reasons,
    }),
    deposit: amountField(t, (row) => row.deposit),
    createdAt: t.field({ type: 'DateTime', resolve: (row) => isoOfSeconds(row.created_at) }),
    createdHeight: t.expose('created_height', { type: 'Uint' }),
    expires: t.field({ type: 'DateTime', resolve: (row) => isoOfSeconds(row.expires) }),
    expiresSeconds: t.expose('expires', { type: 'Uint', description: 'In chain seconds.' }),
    closedHeight: t.expose('closed_height', {
      type: 'Uint',
      nullable: true,
      description: 'The block that it was closed in.',
    }),
    closedExtrinsic: t.expose('closed_extrinsic', {
      type: 'Uint',
      nullable: true,
      description: 'The extrinsic of that block that did it.',
    }),
    contracts: t.field({
      type: [Contract],
      description: 'The contracts that its execution created.',
      extensions: { items: MAX_CREATED },
      resolve: async (row, _args, { load }) => {
        const { group_id: id, reading, closed_height: height, closed_extrinsic: extrinsic } = row
        if (reading !== 'Executed' || height === null || extrinsic === null) return []
        const { account } = await loadReferenced(load.group, id)
        return load.contractsByDeed.load(`${height}/${extrinsic}/${account}`)
      },
    }),
    events: t.connection(
      {
        type: Event,
        description: 'What happened to it, the latest first.',
        resolve: (row, args, { pages }) =>
          pages.load({
            list: eventList,
            args,
            of: { group_id: row.group_id, proposal_id: row.id },
          }),
      },
      EventConnection,
    ),
  }),
})

builder.queryFields((t) => ({
  proposal: t.field({
    type: Proposal,
    nullable: true,
    args: {
      group: t.arg.id({ required: true }),
      id: t.arg.id({ required: true, description: 'Its number in the group.' }),
    },
    resolve: (_root, { group, id }, { load }) =>
      load.proposal.load(proposalAddress(parseId('group', group), parseId('id', id))),
  }),
  proposals: t.connection(
    {
      type: Proposal,
      description: 'By group, the highest id first, and in each group the newest first.',
      args: {
        group: t.arg.id(),
        state: t.arg({ type: ProposalState }),
        proposer: t.arg.string({ description: 'The address of the member who made them.' }),
        awaitingVoteOf: t.arg.string({
          description:
            "A member's inbox: open ones that this address may vote on and has not voted on yet.",
        }),
      },
      resolve: (_root, { group, state, proposer, awaitingVoteOf, ...args }, { pages }) =>
        pages.load({
          list: proposalList,
          args,
          where: [
            ...when(group, (group) => sql`t.group_id = ${parseId('group', group)}::bigint`),
            ...when(state, readsAs),
            ...when(proposer, (who) => sql`t.proposer = ${parseAddress('proposer', who)}`),
            ...when(awaitingVoteOf, (who) => awaitsVoteOf(parseAddress('awaitingVoteOf', who))),
          ],
        }),
    },
    ProposalConnection,
  ),
}))
