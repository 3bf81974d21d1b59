import { builder } from '../builder.ts'
import { badInput } from '../errors.ts'
import { parseAddress, parseId, parseText, parseUnits } from '../inputs.ts'
import { ContractState } from './contract.ts'
import { type ReadsExtensions, wantedOf } from '../queries/wanted.ts'
import { contractList } from '../queries/contracts.ts'
import { eventList } from '../queries/events.ts'
import {
  costsAtMost,
  hasFree,
  isLive,
  NODE_SORTS,
  NODE_STATES,
  type NodeRow,
  nodeList,
} from '../queries/nodes.ts'
import { sortedBy } from '../queries/page.ts'
import { prepared, type Sql, sql, when } from '../sql.ts'
import { amountField } from './amount.ts'
import {
  Contract,
  ContractConnection,
  Event,
  EventConnection,
  Group,
  Node,
  NodeConnection,
} from './refs.ts'
import { ResourcesInput, ResourcesType, resourcesOf } from './resources.ts'
import { isoIfAny } from './scalars.ts'
import { directionArg, sortType } from './sort.ts'

/** `Attribute`s that a node has at most. */
const MAX_ATTRIBUTES = 16

const NodeState = builder.enumType('NodeState', { values: NODE_STATES })

const Prices = builder.objectRef<NodeRow>('Prices').implement({
  description: 'What a node asks for one second of the live clock, of each resource.',
  fields: (t) => ({
    cpu: amountField(t, (row) => row.price_cpu, { description: 'For a milli-core.' }),
    memory: amountField(t, (row) => row.price_memory, { description: 'For a MiB.' }),
    storage: amountField(t, (row) => row.price_storage, { description: 'For a MiB.' }),
    gpu: amountField(t, (row) => row.price_gpu),
    publicIpv4: amountField(t, (row) => row.price_public_ipv4),
  }),
})

const SealingKey = builder.objectRef<NodeRow>('SealingKey').implement({
  description: 'What secrets for this node are sealed to.',
  fields: (t) => ({
    key: t.exposeString('sealing_key', { description: 'The x25519 public key.' }),
    version: t.expose('sealing_version', { type: 'Uint' }),
  }),
})

const Attribute = builder.objectRef<NodeRow['attributes'][number]>('Attribute').implement({
  fields: (t) => ({ key: t.exposeString('key'), value: t.exposeString('value') }),
})

const AttributeInput = builder.inputType('AttributeInput', {
  fields: (t) => ({ key: t.string({ required: true }), value: t.string({ required: true }) }),
})

const attributeText = (text: string) => parseText('attributes', text).toWellFormed()

function hasAttribute(key: string, value: string): Sql {
  const one = [{ key: attributeText(key), value: attributeText(value) }]
  return sql`t.attributes @> ${JSON.stringify(one)}::jsonb`
}

const reads = (...columns: (keyof NodeRow)[]): ReadsExtensions => ({ reads: columns })

const NodeSort = sortType('NodeSort', NODE_SORTS)

Node.implement({
  description: 'A machine that runs contracts.',
  fields: (t) => ({
    id: t.exposeID('id'),
    operator: t.exposeString('operator', { description: 'The account that is paid.' }),
    operatorGroup: t.field({
      type: Group,
      nullable: true,
      description: 'The group whose account the operator is, if it is one.',
      resolve: ({ operator }, _args, { load }) => load.groupByAccount.load(operator),
    }),
    namedAgent: t.exposeString('named_agent', {
      nullable: true,
      description: 'The account that may serve as its agent.',
    }),
    agent: t.exposeString('agent', {
      nullable: true,
      description: "The machine's account; null until it serves.",
    }),
    sealing: t.field({ type: SealingKey, resolve: (row) => row }),
    total: t.field({
      type: ResourcesType,
      resolve: (row) => resourcesOf(row, 'total'),
    }),
    reserved: t.field({
      type: ResourcesType,
      resolve: (row) => resourcesOf(row, 'reserved'),
    }),
    free: t.field({
      type: ResourcesType,
      description: 'What is not reserved.',
      resolve: (row) => resourcesOf(row, 'free'),
    }),
    prices: t.field({ type: Prices, resolve: (row) => row }),
    region: t.exposeString('region'),
    attributes: t.field({
      type: [Attribute],
      extensions: { items: MAX_ATTRIBUTES },
      resolve: (row) => row.attributes,
    }),
    endpoint: t.exposeString('endpoint'),
    state: t.field({
      type: NodeState,
      extensions: reads('state'),
      resolve: (row) => row.state,
    }),
    live: t.expose('live_now', {
      type: 'Uint',
      description: 'The reading of its live clock at this block: the seconds that it was there.',
    }),
    isLive: t.exposeBoolean('is_live', {
      description: 'Whether its agent gave a sign of life within the last window.',
    }),
    lastSeen: t.field({
      type: 'DateTime',
      nullable: true,
      extensions: reads('last_seen'),
      resolve: (row) => isoIfAny(row.last_seen),
    }),
    lastSeenSeconds: t.expose('last_seen', {
      type: 'Uint',
      nullable: true,
      description: 'In chain seconds.',
    }),
    announcedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When its agent announced the endpoint.',
      resolve: (row) => isoIfAny(row.announced_at),
    }),
    contractCount: t.expose('contract_count', {
      type: 'Uint',
      description: 'How many of its contracts are not closed.',
    }),
    deposit: amountField(t, (row) => row.deposit),
    createdHeight: t.expose('created_height', { type: 'Uint' }),
    changedHeight: t.expose('changed_height', { type: 'Uint' }),
    removedHeight: t.expose('removed_height', {
      type: 'Uint',
      nullable: true,
      description: 'The block that took it off the chain.',
    }),
    contracts: t.connection(
      {
        type: Contract,
        description: 'The newest first.',
        args: { state: t.arg({ type: ContractState }) },
        extensions: reads('id'),
        resolve: ({ id }, { state, ...args }, { pages }, info) =>
          pages.load({
            list: contractList,
            args,
            wanted: wantedOf(info),
            where: when(state, (state) => sql`t.state = ${state}`),
            of: { node_id: id },
          }),
      },
      ContractConnection,
    ),
    events: t.connection(
      {
        type: Event,
        description: 'What happened to it, the latest first.',
        extensions: reads('id'),
        resolve: ({ id }, args, { pages }) =>
          pages.load({ list: eventList, args, of: { node_id: id } }),
      },
      EventConnection,
    ),
  }),
})

builder.queryFields((t) => ({
  node: t.field({
    type: Node,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { load }) => load.node.load(parseId('id', id)),
  }),
  nodes: t.connection(
    {
      type: Node,
      description: 'The newest first, where nothing is said of the order.',
      args: {
        state: t.arg({ type: NodeState }),
        region: t.arg.string(),
        attributes: t.arg({
          type: [AttributeInput],
          description: `All of these; ${MAX_ATTRIBUTES} at most.`,
        }),
        isLive: t.arg.boolean({
          description: 'Whether the agent was seen within the last window.',
        }),
        operator: t.arg.string({ description: 'The address of the account that is paid.' }),
        freeAtLeast: t.arg({
          type: ResourcesInput,
          description: 'So much is not reserved, by a node of any state: see `state` and `isLive`.',
        }),
        maxRate: t.arg.string({
          description:
            'What `freeAtLeast` may cost at most for a second of the live clock: the smallest units as "1000", or "0.5 COV". ' +
            'For the price of one resource, ask for 1 of it.',
        }),
        sort: t.arg({ type: NodeSort, required: true, defaultValue: 'REGISTERED' }),
        direction: t.arg(directionArg),
      },
      resolve: async (_root, { sort, direction, ...args }, { pages, snapshot }, info) => {
        const { state, region, attributes, operator, freeAtLeast, maxRate } = args
        if (typeof maxRate === 'string' && !freeAtLeast) {
          throw badInput('`maxRate` goes with `freeAtLeast`, which says what it is the price of.')
        }
        if (attributes && attributes.length > MAX_ATTRIBUTES) {
          throw badInput(
            `\`attributes\` has ${attributes.length} items; a node has ${MAX_ATTRIBUTES} at most.`,
          )
        }
        const now = Math.floor((await snapshot.head()).chain_ms / 1000)
        return pages.load({
          list: sortedBy(nodeList, { ...NODE_SORTS[sort], ascending: direction === 'ASC' }),
          args,
          wanted: wantedOf(info),
          where: [
            ...when(state, (state) => prepared(sql`t.state = ${state}`)),
            ...when(region, (region) => prepared(sql`t.region = ${parseText('region', region)}`)),
            ...(attributes ?? []).map(({ key, value }) => hasAttribute(key, value)),
            ...when(args.isLive, (live) => isLive(live, now)),
            ...when(operator, (who) => sql`t.operator = ${parseAddress('operator', who)}`),
            ...when(freeAtLeast, hasFree).flat(),
            ...when(maxRate, (rate) =>
              freeAtLeast ? costsAtMost(parseUnits('maxRate', rate), freeAtLeast) : [],
            ).flat(),
          ],
        })
      },
    },
    NodeConnection,
  ),
}))
