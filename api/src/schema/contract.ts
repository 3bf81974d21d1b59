import {
  type AnyBody,
  type Change,
  compareBodies,
  type Mark,
  readAnyBody,
} from '@covenant/schema/body-changes'
import { fundsAt } from '@covenant/schema/funds'
import { builder } from '../builder.ts'
import { WINDOW_SECONDS } from '../chain-bounds.ts'
import type { Loaders } from '../context.ts'
import type { Snapshot } from '../database.ts'
import { badInput } from '../errors.ts'
import { parseAddress, parseDigest, parseId, parseText } from '../inputs.ts'
import {
  CONTRACT_SORTS,
  CONTRACT_STATES,
  type ContractRow,
  contractList,
  contractOfImageList,
  createdBefore,
  createdFrom,
  HEALTHS,
  specList,
} from '../queries/contracts.ts'
import { type ReadsExtensions, wantedOf } from '../queries/wanted.ts'
import { eventList } from '../queries/events.ts'
import { loadReferenced } from '../queries/load.ts'
import { sortedBy } from '../queries/page.ts'
import { prepared, sql, when } from '../sql.ts'
import type { AgeExtensions } from '../work-tag.ts'
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
import { directionArg, sortType } from './sort.ts'

export const ContractState = builder.enumType('ContractState', { values: CONTRACT_STATES })

/** As many as a body of 16 KiB has room for. */
const MAX_DIGESTS = 200

const HealthType = builder.enumType('Health', { values: HEALTHS })

const ContractSort = sortType('ContractSort', CONTRACT_SORTS)

const reads = (...columns: (keyof ContractRow)[]): ReadsExtensions => ({ reads: columns })

/** Not with the contract alone, but with each block. */
const MOVES = { moves: true } satisfies AgeExtensions

/** 9999-12-31T23:59:59Z */
const LAST_SECOND = 253_402_300_799n

/** As many as two bodies of 16 KiB have room for. */
const MAX_CHANGES = 5_000

const MarkType = builder.enumType('BodyChangeEffect', {
  description: 'What a change does to what runs.',
  values: {
    STARTS: { value: 'starts', description: 'A service begins.' },
    STOPS: { value: 'stops', description: 'A service ends.' },
    RESTART: { value: 'restart', description: 'The program is started anew.' },
    IN_PLACE: { value: 'in place', description: 'The program goes on.' },
    DATA_LOST: { value: 'data lost', description: 'What a volume kept is gone.' },
    WIDER_ACCESS: { value: 'WIDER ACCESS', description: 'More can reach it, or it reaches more.' },
  } as const satisfies Record<string, { value: Mark; description: string }>,
})

const BodyChange = builder.objectRef<Change>('BodyChange').implement({
  description: 'A place where two bodies differ.',
  fields: (t) => ({
    path: t.exposeString('what', { description: 'As in web.image.' }),
    before: t.exposeString('before', {
      nullable: true,
      description:
        'As text; JSON where it is none. Null where it was not there. Of secrets, names and fingerprints.',
    }),
    after: t.exposeString('after', { nullable: true }),
    effects: t.field({
      type: [MarkType],
      extensions: { items: 3 },
      resolve: ({ marks }) => marks,
    }),
  }),
})

/** What a contract owes and how long it lasts, at the block of the answer. */
async function fundsOf(row: ContractRow, load: Loaders, snapshot: Snapshot): Promise<Funds> {
  const [node, running, head] = await Promise.all([
    loadReferenced(load.node, row.node_id),
    row.running_version === null ? null : load.spec.load(`${row.id}/${row.running_version}`),
    snapshot.head(),
  ])
  const { state, live, last_seen: lastSeen } = node
  const rate = running ? BigInt(running.rate) : null
  return fundsAt(
    { state: row.state, rate, escrow: BigInt(row.escrow), settledAt: row.settled_at },
    { state, live, lastSeen },
    { now: Math.floor(head.chain_ms / 1000), window: WINDOW_SECONDS },
  )
}

type Funds = ReturnType<typeof fundsAt>

/** The body of a version of the contract. Throws which versions there are where that is none. */
async function bodyOf(
  { id, version }: ContractRow,
  asked: Record<string, number>,
  load: Loaders,
): Promise<AnyBody | undefined> {
  const [[name, number] = ['', 0]] = Object.entries(asked)
  const spec = await load.spec.load(`${id}/${number}`)
  if (!spec) {
    throw badInput(
      `\`${name}\` is ${number}; contract ${id} has the ${version === 1 ? 'version 1' : `versions 1 to ${version}`}.`,
    )
  }
  const { text } = await loadReferenced(load.body, spec.body_hash)
  return text === null ? undefined : readAnyBody(text)
}

Contract.implement({
  description: 'A deployment on a node. Closed contracts stay, with their last facts.',
  fields: (t) => ({
    id: t.exposeID('id'),
    owner: t.exposeString('owner', { description: 'The account that owns it.' }),
    ownerGroup: t.field({
      type: Group,
      nullable: true,
      description: 'The group whose account the owner is, if it is one.',
      extensions: reads('owner'),
      resolve: ({ owner }, _args, { load }) => load.groupByAccount.load(owner),
    }),
    node: t.field({
      type: Node,
      extensions: reads('node_id'),
      resolve: ({ node_id: node }, _args, { load }) => loadReferenced(load.node, node),
    }),
    proposal: t.field({
      type: Proposal,
      nullable: true,
      description: 'The proposal by which its group created it, if a group did.',
      resolve: ({ owner, created_height: height, created_extrinsic: extrinsic }, _args, { load }) =>
        extrinsic === null ? null : load.proposalByDeed.load(`${height}/${extrinsic}/${owner}`),
    }),
    name: t.string({
      nullable: true,
      description: "The deployment's, of the body that runs, or else of the one on offer.",
      extensions: reads('name'),
      resolve: ({ name }) => (name === '' ? null : name),
    }),
    imageDigests: t.stringList({
      description: 'The manifests of the images in that body, as in sha256:…, each once.',
      extensions: { items: MAX_DIGESTS },
      resolve: async ({ id }, _args, { load }) =>
        (await load.images.load(id)).map(({ digest }) => digest),
    }),
    state: t.field({
      type: ContractState,
      extensions: reads('state'),
      resolve: ({ state }) => state,
    }),
    version: t.expose('version', {
      type: 'Uint',
      description: 'How many specs have been offered; the version of the latest one.',
    }),
    running: t.field({
      type: Spec,
      nullable: true,
      description: 'The spec that the node accepted.',
      extensions: reads('id', 'running_version'),
      resolve: ({ id, running_version: version }, _args, { load }) =>
        version === null ? null : load.spec.load(`${id}/${version}`),
    }),
    pending: t.field({
      type: Spec,
      nullable: true,
      description:
        'The spec that the node may accept, until its deadline: an update where one runs.',
      extensions: reads('id', 'pending_version'),
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
    escrow: amountField(t, (row) => row.escrow, {
      description: 'What is still held to pay from.',
      extensions: reads('escrow'),
    }),
    due: amountField(
      t,
      async (row, { load, snapshot }) => String((await fundsOf(row, load, snapshot)).due),
      {
        description: 'What settling it at this block would pay the node; no more than the escrow.',
        extensions: MOVES,
      },
    ),
    isUsedUp: t.boolean({
      description: 'Whether its escrow is used up at this block: settling it suspends it.',
      extensions: MOVES,
      resolve: async (row, _args, { load, snapshot }) =>
        row.state === 'Running' && (await fundsOf(row, load, snapshot)).state === 'Suspended',
    }),
    fundedUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When its escrow is used up if the node is there without a break; later if it is not. ' +
        'Null where nothing accrues any more, or it lasts beyond the year 9999.',
      extensions: MOVES,
      resolve: async (row, _args, { load, snapshot }) => {
        const { fundedUntil } = await fundsOf(row, load, snapshot)
        if (fundedUntil === null || fundedUntil > LAST_SECOND) return null
        return isoOfSeconds(Number(fundedUntil))
      },
    }),
    bodyChanges: t.field({
      type: [BodyChange],
      nullable: true,
      description:
        'What differs between the bodies of two of its versions. Null where one of them is no body that can be read.',
      extensions: { items: MAX_CHANGES },
      args: {
        from: t.arg({ type: 'Uint', required: true, description: 'A version.' }),
        to: t.arg({ type: 'Uint', required: true, description: 'Another one, of any age.' }),
      },
      resolve: async (row, { from, to }, { load }) => {
        const [before, after] = await Promise.all([
          bodyOf(row, { from }, load),
          bodyOf(row, { to }, load),
        ])
        return before && after ? compareBodies(before, after) : null
      },
    }),
    paid: amountField(t, (row) => row.paid, {
      description: 'What the node was paid so far.',
      extensions: reads('paid'),
    }),
    deposit: amountField(t, (row) => row.deposit, {
      description: 'Held for the contract itself; each spec has its own deposit.',
      extensions: reads('deposit'),
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
      extensions: reads('health'),
      resolve: ({ health }) => health,
    }),
    reportedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the node said so.',
      extensions: reads('reported_at'),
      resolve: (row) => isoIfAny(row.reported_at),
    }),
    networkKey: t.exposeString('network_key', { nullable: true }),
    createdAt: t.field({
      type: 'DateTime',
      extensions: reads('created_at'),
      resolve: (row) => isoOfSeconds(row.created_at),
    }),
    createdHeight: t.expose('created_height', { type: 'Uint' }),
    changedHeight: t.expose('changed_height', {
      type: 'Uint',
      description: 'The block that changed it last.',
    }),
    closedAt: t.field({
      type: 'DateTime',
      nullable: true,
      extensions: reads('closed_at'),
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
      description: 'The newest first, where nothing is said of the order.',
      args: {
        state: t.arg({ type: ContractState }),
        owner: t.arg.string({ description: 'The address of the account that owns them.' }),
        group: t.arg.id({ description: 'The group that owns them.' }),
        node: t.arg.id(),
        name: t.arg.string({ description: "The deployment's, as a whole." }),
        imageDigest: t.arg.string({
          description: 'That of an image in the body that runs, or else is on offer: sha256:…',
        }),
        createdFrom: t.arg({ type: 'DateTime', description: 'Created then or later.' }),
        createdBefore: t.arg({ type: 'DateTime' }),
        sort: t.arg({ type: ContractSort, required: true, defaultValue: 'CREATED' }),
        direction: t.arg(directionArg),
      },
      resolve: async (_root, { sort, direction, ...args }, { pages, load }, info) => {
        const { state, owner, group, node, name, imageDigest } = args
        const groupId = when(group, (group) => parseId('group', group))
        const ownerGroup = groupId[0] === undefined ? undefined : await load.group.load(groupId[0])
        const ascending = direction === 'ASC'
        return pages.load({
          list: sortedBy(typeof imageDigest === 'string' ? contractOfImageList : contractList, {
            ...CONTRACT_SORTS[sort],
            ascending,
          }),
          args,
          wanted: wantedOf(info),
          where: [
            ...when(state, (state) => prepared(sql`t.state = ${state}`)),
            ...when(owner, (owner) => prepared(sql`t.owner = ${parseAddress('owner', owner)}`)),
            ...groupId.map(() => (ownerGroup ? sql`t.owner = ${ownerGroup.account}` : sql`false`)),
            ...when(node, (node) => prepared(sql`t.node_id = ${parseId('node', node)}::bigint`)),
            ...when(name, (name) => sql`t.name = ${parseText('name', name)}`),
            ...when(
              imageDigest,
              (digest) => sql`t.image_digest = ${parseDigest('imageDigest', digest)}`,
            ),
            ...when(args.createdFrom, (ms) => createdFrom(Math.ceil(ms / 1000))),
            ...when(args.createdBefore, (ms) => createdBefore(Math.ceil(ms / 1000))),
          ],
        })
      },
    },
    ContractConnection,
  ),
}))
