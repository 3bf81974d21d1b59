import { builder } from '../builder.ts'
import type { Context } from '../context.ts'
import { type Readiness, readReadiness } from '../queries/readiness.ts'
import { type DayRow, type State, type StatsRow, dayList } from '../queries/stats.ts'
import { sql, when } from '../sql.ts'
import { FINALIZED_HEIGHT } from './meta.ts'
import { amountField } from './amount.ts'
import { ResourcesType, resourcesOf } from './resources.ts'

const DAY_MS = 86_400_000
/** It is read once for each block, and then goes over all nodes. */
const STATS_WEIGHT = 500

const ContractCounts = builder.objectRef<State>('ContractCounts').implement({
  description: 'How many contracts are not closed, by state.',
  fields: (t) => ({
    offered: t.expose('contracts_offered', { type: 'Uint' }),
    running: t.expose('contracts_running', { type: 'Uint' }),
    suspended: t.expose('contracts_suspended', { type: 'Uint' }),
  }),
})

const NodeCounts = builder.objectRef<State>('NodeCounts').implement({
  description: 'How many nodes there are, by state.',
  fields: (t) => ({
    active: t.expose('nodes_active', { type: 'Uint' }),
    draining: t.expose('nodes_draining', { type: 'Uint' }),
    retired: t.expose('nodes_retired', { type: 'Uint' }),
  }),
})

const Capacity = builder.objectRef<State>('Capacity').implement({
  description: 'What the nodes have that are Active or Draining.',
  fields: (t) => ({
    total: t.field({ type: ResourcesType, resolve: (state) => resourcesOf(state, 'total') }),
    reserved: t.field({ type: ResourcesType, resolve: (state) => resourcesOf(state, 'reserved') }),
    free: t.field({
      type: ResourcesType,
      description: 'What is not reserved.',
      resolve: (state) => {
        const [total, reserved] = [resourcesOf(state, 'total'), resourcesOf(state, 'reserved')]
        return {
          cpu: total.cpu - reserved.cpu,
          memory: total.memory - reserved.memory,
          storage: total.storage - reserved.storage,
          gpus: total.gpus - reserved.gpus,
          publicIpv4: total.publicIpv4 - reserved.publicIpv4,
        }
      },
    }),
  }),
})

const NetworkStats = builder.objectRef<StatsRow>('NetworkStats').implement({
  description: 'What the whole network comes to at this block.',
  fields: (t) => ({
    contracts: t.field({ type: ContractCounts, resolve: (stats) => stats }),
    contractsCreated: t.expose('contracts_created', { type: 'Uint', description: 'Ever.' }),
    contractsClosed: t.expose('contracts_closed', { type: 'Uint', description: 'Ever.' }),
    nodes: t.field({ type: NodeCounts, resolve: (stats) => stats }),
    capacity: t.field({ type: Capacity, resolve: (stats) => stats }),
    spent: amountField(t, (stats) => stats.spent, {
      description: 'What settling has paid to operators, ever.',
    }),
  }),
})

const Day = builder.objectRef<DayRow>('Day').implement({
  description: "A day of the chain's clock, in UTC.",
  fields: (t) => ({
    date: t.string({
      description: 'As in 2026-11-26.',
      resolve: ({ day }) => new Date(day * DAY_MS).toISOString().slice(0, '2026-11-26'.length),
    }),
    isOver: t.boolean({
      description: 'Whether the next day has begun; until then what is told is as of this block.',
      resolve: (row) => isOver(row),
    }),
    contracts: t.field({
      type: ContractCounts,
      description: 'At its end.',
      resolve: (row, _args, context) => stateOf(row, context),
    }),
    contractsCreated: t.expose('contracts_created', { type: 'Uint' }),
    contractsClosed: t.expose('contracts_closed', { type: 'Uint' }),
    nodes: t.field({
      type: NodeCounts,
      description: 'At its end.',
      resolve: (row, _args, context) => stateOf(row, context),
    }),
    capacity: t.field({
      type: Capacity,
      description: 'At its end.',
      resolve: (row, _args, context) => stateOf(row, context),
    }),
    spent: amountField(t, (row) => row.spent, {
      description: 'What settling paid to operators.',
    }),
  }),
})

const DayConnection = builder.connectionObject(
  { type: Day, name: 'DayConnection' },
  { name: 'DayEdge' },
)

const Indexing = builder.objectRef<Readiness>('Indexing').implement({
  description: 'How the rows keep up with the chain.',
  fields: (t) => ({
    isRunning: t.boolean({
      description: 'Whether an indexer goes on from this block.',
      resolve: ({ reason }) => reason === null,
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it does not.' }),
    height: t.field({ type: 'Uint', resolve: ({ head }) => head.height }),
    finalizedHeight: t.field({
      type: 'Uint',
      description: FINALIZED_HEIGHT,
      resolve: ({ head }) => head.finalized_height,
    }),
    blocksBehind: t.field({
      type: 'Uint',
      description: 'How many finalised blocks it knew of that it had not written yet.',
      resolve: ({ head }) => Math.max(0, head.finalized_height - head.height),
    }),
    lagSeconds: t.expose('lagSeconds', {
      type: 'Uint',
      description: 'How long ago this block was made.',
    }),
  }),
})

function isOver(row: DayRow): row is DayRow & State {
  return row.contracts_running !== null
}

const stateOf = (row: DayRow, { stats, snapshot }: Context) => (isOver(row) ? row : stats(snapshot))

builder.queryFields((t) => ({
  networkStats: t.field({
    type: NetworkStats,
    extensions: { weight: STATS_WEIGHT },
    resolve: (_root, _args, { stats, snapshot }) => stats(snapshot),
  }),
  series: t.connection(
    {
      type: Day,
      description: 'The days since the chain began, the latest first.',
      args: {
        from: t.arg({ type: 'DateTime', description: 'The day of this moment and later ones.' }),
        until: t.arg({ type: 'DateTime', description: 'The day of this moment and earlier ones.' }),
      },
      resolve: (_root, { from, until, ...args }, { pages }) =>
        pages.load({
          list: dayList,
          args,
          where: [
            ...when(from, (ms) => sql`t.day >= ${Math.floor(ms / DAY_MS)}::bigint`),
            ...when(until, (ms) => sql`t.day <= ${Math.floor(ms / DAY_MS)}::bigint`),
          ],
        }),
    },
    DayConnection,
  ),
  indexing: t.field({
    type: Indexing,
    description: 'As /ready tells it.',
    resolve: (_root, _args, { snapshot }) => readReadiness(snapshot),
  }),
}))
