import { builder } from '../builder.ts'
import { parseAddress } from '../inputs.ts'
import { wantedOf } from '../queries/wanted.ts'
import { contractList } from '../queries/contracts.ts'
import { eventList } from '../queries/events.ts'
import { groupOfMemberList } from '../queries/groups.ts'
import { nodeList } from '../queries/nodes.ts'
import { awaitsVoteOf, proposalList, voteList } from '../queries/proposals.ts'
import { sql } from '../sql.ts'
import {
  CastVote,
  CastVoteConnection,
  Contract,
  ContractConnection,
  Event,
  EventConnection,
  Group,
  GroupConnection,
  Node,
  NodeConnection,
  Proposal,
  ProposalConnection,
} from './refs.ts'

export const Account = builder.objectRef<{ address: string }>('Account').implement({
  description:
    'What the chain knows of an account; any valid address has one, with or without a past.',
  fields: (t) => ({
    address: t.exposeString('address', { description: 'SS58 with prefix 42.' }),
    group: t.field({
      type: Group,
      nullable: true,
      description: 'The group whose own account this is, if it is one.',
      resolve: ({ address }, _args, { load }) => load.groupByAccount.load(address),
    }),
    groups: t.connection(
      {
        type: Group,
        description: 'The groups that it is a member of, the newest first.',
        resolve: ({ address }, args, { pages }) =>
          pages.load({ list: groupOfMemberList, args, of: { member: address } }),
      },
      GroupConnection,
    ),
    proposals: t.connection(
      {
        type: Proposal,
        description: 'The proposals that it made, by group.',
        resolve: ({ address }, args, { pages }) =>
          pages.load({ list: proposalList, args, of: { proposer: address } }),
      },
      ProposalConnection,
    ),
    awaitingVote: t.connection(
      {
        type: Proposal,
        description: 'The open proposals that it may vote on and has not voted on yet, by group.',
        resolve: ({ address }, args, { pages }) =>
          pages.load({ list: proposalList, args, where: [awaitsVoteOf(address)] }),
      },
      ProposalConnection,
    ),
    votes: t.connection(
      {
        type: CastVote,
        description: 'Its latest vote on each proposal that it voted on, by group.',
        resolve: ({ address }, args, { pages }) =>
          pages.load({ list: voteList, args, of: { member: address } }),
      },
      CastVoteConnection,
    ),
    contracts: t.connection(
      {
        type: Contract,
        description: 'The contracts that it owns, the newest first.',
        resolve: ({ address }, args, { pages }, info) =>
          pages.load({
            list: contractList,
            args,
            wanted: wantedOf(info),
            of: { owner: address },
          }),
      },
      ContractConnection,
    ),
    nodes: t.connection(
      {
        type: Node,
        description: 'The nodes that it operates, the newest first.',
        resolve: ({ address }, args, { pages }, info) =>
          pages.load({
            list: nodeList,
            args,
            wanted: wantedOf(info),
            of: { operator: address },
          }),
      },
      NodeConnection,
    ),
    serves: t.field({
      type: Node,
      nullable: true,
      description: 'The node whose agent it is, if it is one.',
      resolve: ({ address }, _args, { load }) => load.nodeByAgent.load(address),
    }),
    events: t.connection(
      {
        type: Event,
        description: 'The events that name it, the latest first.',
        resolve: ({ address }, args, { pages }) =>
          pages.load({ list: eventList, args, where: [sql`t.accounts @> ${[address]}`] }),
      },
      EventConnection,
    ),
  }),
})

builder.queryField('account', (t) =>
  t.field({
    type: Account,
    args: { address: t.arg.string({ required: true }) },
    resolve: (_root, { address }) => ({ address: parseAddress('address', address) }),
  }),
)
