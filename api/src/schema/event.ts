import { builder } from '../builder.ts'
import { badInput } from '../errors.ts'
import { parseAddress, parseId, parseText } from '../inputs.ts'
import { eventList } from '../queries/events.ts'
import { loadReferenced } from '../queries/load.ts'
import { proposalAddress } from '../queries/proposals.ts'
import { sql, when } from '../sql.ts'
import { Contract, Event, EventConnection, Group, Node, Proposal } from './refs.ts'
import { isoOfMs } from './scalars.ts'

/** Accounts in one event: a group's 64 members and whom it is about. */
const MAX_ACCOUNTS = 66

Event.implement({
  description: 'Something that happened on the chain, as the chain said it.',
  fields: (t) => ({
    height: t.expose('height', { type: 'Uint' }),
    index: t.expose('index', { type: 'Uint', description: 'Its number in the block.' }),
    blockHash: t.string({
      resolve: async (row, _args, { load }) => (await loadReferenced(load.block, row.height)).hash,
    }),
    timestamp: t.field({
      type: 'DateTime',
      description: 'When the block was made.',
      resolve: async (row, _args, { load }) =>
        isoOfMs((await loadReferenced(load.block, row.height)).timestamp_ms),
    }),
    extrinsicIndex: t.expose('extrinsic_index', {
      type: 'Uint',
      nullable: true,
      description: 'The extrinsic of the block that did it; null for what the block did by itself.',
    }),
    pallet: t.exposeString('pallet', { description: 'As in groups.' }),
    name: t.exposeString('name', { description: 'As in Proposed.' }),
    // An event may hold a body or a call.
    data: t.expose('data', { type: 'Json', extensions: { weight: 50 } }),
    accounts: t.exposeStringList('accounts', {
      description: 'Every account that the data names.',
      extensions: { items: MAX_ACCOUNTS },
    }),
    group: t.field({
      type: Group,
      nullable: true,
      resolve: ({ group_id: group }, _args, { load }) =>
        group === null ? null : load.group.load(group),
    }),
    proposal: t.field({
      type: Proposal,
      nullable: true,
      resolve: ({ group_id: group, proposal_id: proposal }, _args, { load }) =>
        group === null || proposal === null
          ? null
          : load.proposal.load(proposalAddress(group, proposal)),
    }),
    node: t.field({
      type: Node,
      nullable: true,
      resolve: ({ node_id: node }, _args, { load }) =>
        node === null ? null : load.node.load(node),
    }),
    contract: t.field({
      type: Contract,
      nullable: true,
      resolve: ({ contract_id: contract }, _args, { load }) =>
        contract === null ? null : load.contract.load(contract),
    }),
  }),
})

builder.queryField('events', (t) =>
  t.connection(
    {
      type: Event,
      description: 'The latest first.',
      args: {
        pallet: t.arg.string({ description: 'As in groups.' }),
        name: t.arg.string({ description: 'As in Proposed; goes with `pallet`.' }),
        account: t.arg.string({ description: 'Events that name this account.' }),
        group: t.arg.id(),
        proposal: t.arg.id({ description: "The proposal's number; goes with `group`." }),
        node: t.arg.id(),
        contract: t.arg.id(),
        fromHeight: t.arg({ type: 'Uint', description: 'This block and later ones.' }),
        toHeight: t.arg({ type: 'Uint', description: 'This block and earlier ones.' }),
      },
      resolve: (_root, args, { pages }) => {
        const { pallet, name, account, group, proposal, node, contract, fromHeight, toHeight } =
          args
        if (isGiven(name) && !isGiven(pallet)) {
          throw badInput('`name` goes with `pallet`, as in pallet: "groups", name: "Proposed".')
        }
        if (isGiven(proposal) && !isGiven(group)) {
          throw badInput('`proposal` goes with `group`, as in group: 3, proposal: 0.')
        }
        return pages.load({
          list: eventList,
          args,
          where: [
            ...when(pallet, (pallet) => sql`t.pallet = ${parseText('pallet', pallet)}`),
            ...when(name, (name) => sql`t.name = ${parseText('name', name)}`),
            ...when(account, (account) => sql`t.accounts @> ${[parseAddress('account', account)]}`),
            ...when(group, (group) => sql`t.group_id = ${parseId('group', group)}::bigint`),
            ...when(proposal, (id) => sql`t.proposal_id = ${parseId('proposal', id)}::bigint`),
            ...when(node, (node) => sql`t.node_id = ${parseId('node', node)}::bigint`),
            ...when(contract, (id) => sql`t.contract_id = ${parseId('contract', id)}::bigint`),
            ...when(fromHeight, (height) => sql`t.height >= ${height}::bigint`),
            ...when(toHeight, (height) => sql`t.height <= ${height}::bigint`),
          ],
        })
      },
    },
    EventConnection,
  ),
)

function isGiven(value: unknown): boolean {
  return value !== null && value !== undefined
}
