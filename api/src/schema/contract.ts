import { builder } from '../builder.ts'
import { parseAddress, parseId } from '../inputs.ts'
import { CONTRACT_STATES, contractList, HEALTHS, specList } from '../queries/contracts.ts'
import { eventList } from '../queries/events.ts'
import { loadReferenced } from '../queries/load.ts'
import { sql, when } from '../sql.ts'
import { amountField, optionalAmountField } from './amount.ts'
import {
  Contract,
  ContractConnection,
  Event,
  EventConnection,
  Group,
  Node,
  Proposal,
  Spec,
  SpecConnection,
} from './refs.ts'
import { isoIfAny, isoOfSeconds } from './scalars.ts'

export const ContractState = builder.enumType('ContractState', { values: CONTRACT_STATES })

const HealthType = builder.enumType('Health', { values: HEALTHS })

Contract.implement({
  description: 'A deployment on a node. Closed contracts stay, with their last facts.',
  fields: (t) => ({
    id: t.exposeID('id'),
    owner: t.exposeString('owner', { description: 'The account that owns it.' }),
    ownerGroup: t.field({
      type: Group,
      nullable: true,
      description: 'The group whose account the owner is, if it is one.',
      resolve: ({ owner }, _args, { load }) => load.groupByAccount.load(owner),
    }),
    node: t.field({
      type: Node,
      resolve: ({ node_id: node }, _args, { load }) => loadReferenced(load.node, node),
    }),
    proposal: t.field({
      type: Proposal,
      nullable: true,
      description: 'The proposal by which its group created it, if a group did.',
      resolve: ({ owner, created_height: height, created_extrinsic: extrinsic }, _args, { load }) =>
        extrinsic === null ? null : load.proposalByDeed.load(`${height}/${extrinsic}/${owner}`),
    }),
    state: t.field({ type: ContractState, resolve: ({ state }) => state }),
    version: t.expose('version', {
      type: 'Uint',
      description: 'How many specs have been offered; the version of the latest one.',
    }),
    running: t.field({
      type: Spec,
      nullable: true,
      description: 'The spec that the node accepted.',
      resolve: ({ id, running_version: version }, _args, { load }) =>
        version === null ? null : load.spec.load(`${id}/${version}`),
    }),
    pending: t.field({
      type: Spec,
      nullable: true,
      description:
        'The spec that the node may accept, until its deadline: an update where one runs.',
      resolve: ({ id, pending_version: version }, _args, { load }) =>
        version === null ? null : load.spec.load(`${id}/${version}`),
    }),
    specs: t.connection(
      {
        type: Spec,
        description: 'Every spec that was ever offered, the latest first.',
        resolve: ({ id }, args, { pages }) =>
          pages.load({ list: specList, args, of: { contract_id: id } }),
      },
      SpecConnection,
    ),
    escrow: amountField(t, (row) => row.escrow, { description: 'What is still held to pay from.' }),
    paid: amountField(t, (row) => row.paid, { description: 'What the node was paid so far.' }),
    deposit: amountField(t, (row) => row.deposit, {
      description: 'Held for the contract itself; each spec has its own deposit.',
    }),
    settledAt: t.expose('settled_at', {
      type: 'Uint',
      description:
        "Up to which reading of the node's live clock it is paid, in seconds; not a time.",
    }),
    suspendedAt: t.field({
      type: 'DateTime',
      nullable: true,
      resolve: (row) => isoIfAny(row.suspended_at),
    }),
    health: t.field({
      type: HealthType,
      nullable: true,
      description: 'What its node said last of the workload.',
      resolve: ({ health }) => health,
    }),
    reportedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the node said so.',
      resolve: (row) => isoIfAny(row.reported_at),
    }),
    networkKey: t.exposeString('network_key', { nullable: true }),
    createdAt: t.field({ type: 'DateTime', resolve: (row) => isoOfSeconds(row.created_at) }),
    createdHeight: t.expose('created_height', { type: 'Uint' }),
    changedHeight: t.expose('changed_height', {
      type: 'Uint',
      description: 'The block that changed it last.',
    }),
    closedAt: t.field({
      type: 'DateTime',
      nullable: true,
      resolve: (row) => isoIfAny(row.closed_at),
    }),
    closedHeight: t.expose('closed_height', { type: 'Uint', nullable: true }),
    closeReason: t.exposeString('close_reason', {
      nullable: true,
      description: 'Why it was closed, as in Cancelled, Declined(Policy) or OutOfFunds.',
    }),
    refund: optionalAmountField(t, (row) => row.refund, {
      description: 'What of the escrow went back to the owner when it was closed.',
    }),
    tombstoneDeposit: optionalAmountField(t, (row) => row.tombstone_deposit, {
      description: "The part of the deposit that stays with the closed contract's tombstone.",
    }),
    prunedHeight: t.expose('pruned_height', {
      type: 'Uint',
      nullable: true,
      description: 'The block that took its tombstone off the chain.',
    }),
    events: t.connection(
      {
        type: Event,
        description: 'What happened to it, the latest first.',
        resolve: ({ id }, args, { pages }) =>
          pages.load({ list: eventList, args, of: { contract_id: id } }),
      },
      EventConnection,
    ),
  }),
})

builder.queryFields((t) => ({
  contract: t.field({
    type: Contract,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { load }) => load.contract.load(parseId('id', id)),
  }),
  contracts: t.connection(
    {
      type: Contract,
      description: 'The newest first.',
      args: {
        state: t.arg({ type: ContractState }),
        owner: t.arg.string({ description: 'The address of the account that owns them.' }),
        node: t.arg.id(),
      },
      resolve: (_root, { state, owner, node, ...args }, { pages }) =>
        pages.load({
          list: contractList,
          args,
          where: [
            ...when(state, (state) => sql`t.state = ${state}`),
            ...when(owner, (owner) => sql`t.owner = ${parseAddress('owner', owner)}`),
            ...when(node, (node) => sql`t.node_id = ${parseId('node', node)}::bigint`),
          ],
        }),
    },
    ContractConnection,
  ),
}))
