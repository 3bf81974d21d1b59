import { builder } from '../builder.ts'
import { MAX_MEMBERS } from '../chain-bounds.ts'
import { parseAddress, parseId } from '../inputs.ts'
import { contractList } from '../queries/contracts.ts'
import { eventList } from '../queries/events.ts'
import {
  type EpochRow,
  epochList,
  type GroupRow,
  type MemberRow,
  groupList,
  groupOfMemberList,
} from '../queries/groups.ts'
import { loadReferenced } from '../queries/load.ts'
import { proposalList, readsAs } from '../queries/proposals.ts'
import { sql, when } from '../sql.ts'
import { amountField } from './amount.ts'
import { ProposalState } from './proposal.ts'
import {
  Contract,
  ContractConnection,
  Event,
  EventConnection,
  Group,
  GroupConnection,
  Proposal,
  ProposalConnection,
} from './refs.ts'
import { isoOfMs } from './scalars.ts'

const PermissionType = builder.enumType('Permission', {
  values: ['PROPOSE', 'APPROVE', 'VETO'] as const,
})

const Member = builder.objectRef<MemberRow>('Member').implement({
  fields: (t) => ({
    account: t.exposeString('account'),
    accountGroup: t.field({
      type: Group,
      nullable: true,
      description: 'The group that this member is, if it is one.',
      resolve: ({ account }, _args, { load }) => load.groupByAccount.load(account),
    }),
    weight: t.exposeInt('weight'),
    permissions: t.field({
      type: [PermissionType],
      extensions: { items: 3 },
      resolve: (row) => row.permissions,
    }),
  }),
})

type ThresholdRow = Pick<GroupRow, `threshold_${'deploy' | 'cancel' | 'spend' | 'govern'}`>

const Thresholds = builder.objectRef<ThresholdRow>('Thresholds').implement({
  description: 'The weight that has to approve, for each kind of call.',
  fields: (t) => ({
    deploy: t.expose('threshold_deploy', { type: 'Uint' }),
    cancel: t.expose('threshold_cancel', { type: 'Uint' }),
    spend: t.expose('threshold_spend', { type: 'Uint' }),
    govern: t.expose('threshold_govern', { type: 'Uint' }),
  }),
})

const GroupEpoch = builder.objectRef<EpochRow>('GroupEpoch').implement({
  description: 'A group from one change of its members or thresholds to the next.',
  fields: (t) => ({
    epoch: t.expose('epoch', { type: 'Uint' }),
    members: t.field({
      type: [Member],
      extensions: { items: MAX_MEMBERS },
      resolve: (row) => row.members,
    }),
    thresholds: t.field({ type: Thresholds, resolve: (row) => row }),
    approveWeight: t.expose('approve_weight', {
      type: 'Uint',
      description: 'The weight of all who could approve.',
    }),
    createdHeight: t.expose('created_height', {
      type: 'Uint',
      description: 'The block that it began in.',
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When that block was made.',
      resolve: async (row, _args, { load }) =>
        isoOfMs((await loadReferenced(load.block, row.created_height)).timestamp_ms),
    }),
  }),
})

const GroupEpochConnection = builder.connectionObject(
  { type: GroupEpoch, name: 'GroupEpochConnection' },
  { name: 'GroupEpochEdge' },
)

Group.implement({
  description: 'Accounts that decide together, by weight, for an account of their own.',
  fields: (t) => ({
    id: t.exposeID('id'),
    account: t.exposeString('account', { description: "The group's own account." }),
    name: t.exposeString('name'),
    creator: t.exposeString('creator'),
    deposit: amountField(t, (row) => row.deposit),
    epoch: t.expose('epoch', {
      type: 'Uint',
      description: 'How often members or thresholds have changed.',
    }),
    members: t.field({
      type: [Member],
      extensions: { items: MAX_MEMBERS },
      resolve: ({ id }, _args, { load }) => load.members.load(id),
    }),
    thresholds: t.field({ type: Thresholds, resolve: (row) => row }),
    epochs: t.connection(
      {
        type: GroupEpoch,
        description: 'Its members and thresholds over time, the latest first.',
        resolve: ({ id }, args, { pages }) =>
          pages.load({ list: epochList, args, of: { group_id: id } }),
      },
      GroupEpochConnection,
    ),
    createdHeight: t.expose('created_height', { type: 'Uint' }),
    changedHeight: t.expose('changed_height', { type: 'Uint' }),
    dissolvedHeight: t.expose('dissolved_height', {
      type: 'Uint',
      nullable: true,
      description: 'The block that it ended in; it has no members any more.',
    }),
    beneficiary: t.exposeString('beneficiary', {
      nullable: true,
      description: 'The account that got what was left when it ended.',
    }),
    proposals: t.connection(
      {
        type: Proposal,
        description: 'The newest first.',
        args: { state: t.arg({ type: ProposalState }) },
        resolve: ({ id }, { state, ...args }, { pages }) =>
          pages.load({
            list: proposalList,
            args,
            where: when(state, readsAs),
            of: { group_id: id },
          }),
      },
      ProposalConnection,
    ),
    contracts: t.connection(
      {
        type: Contract,
        description: 'The contracts that it owns, the newest first.',
        resolve: ({ account }, args, { pages }) =>
          pages.load({ list: contractList, args, of: { owner: account } }),
      },
      ContractConnection,
    ),
    events: t.connection(
      {
        type: Event,
        description: 'What happened to it, the latest first.',
        resolve: ({ id }, args, { pages }) =>
          pages.load({ list: eventList, args, of: { group_id: id } }),
      },
      EventConnection,
    ),
  }),
})

builder.queryFields((t) => ({
  group: t.field({
    type: Group,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { load }) => load.group.load(parseId('id', id)),
  }),
  groups: t.connection(
    {
      type: Group,
      description: 'The newest first.',
      args: { member: t.arg.string({ description: 'Groups that this account is a member of.' }) },
      resolve: (_root, { member, ...args }, { pages }) =>
        pages.load({
          list: typeof member === 'string' ? groupOfMemberList : groupList,
          args,
          where: when(member, (member) => sql`t.member = ${parseAddress('member', member)}`),
        }),
    },
    GroupConnection,
  ),
}))
