import { builder } from '../builder.ts'
import { type Head, lagSeconds } from '../queries/head.ts'
import { isoOfMs } from './scalars.ts'

export const FINALIZED_HEIGHT =
  'The latest finalised height that the indexer knew of when it wrote this block. Where it is below ' +
  '`height`, the blocks after it are not final: another branch may yet take their place.'

const Meta = builder.objectRef<Head>('Meta').implement({
  description: 'The block that this answer is of: all of its rows are as that block left them.',
  fields: (t) => ({
    height: t.expose('height', { type: 'Uint' }),
    hash: t.exposeString('hash'),
    finalizedHeight: t.expose('finalized_height', {
      type: 'Uint',
      description: FINALIZED_HEIGHT,
    }),
    lagSeconds: t.field({
      type: 'Uint',
      description: 'How long ago this block was made.',
      resolve: (head) => lagSeconds(head),
    }),
    genesisHash: t.exposeString('genesis_hash', { description: 'Which chain this is.' }),
    timestamp: t.field({
      type: 'DateTime',
      description: 'When this block was made.',
      resolve: (head) => isoOfMs(head.timestamp_ms),
    }),
    chainSeconds: t.field({
      type: 'Uint',
      description: "The chain's own clock at this block: what deadlines are measured by.",
      resolve: (head) => Math.floor(head.chain_ms / 1000),
    }),
  }),
})

builder.queryField('meta', (t) =>
  t.field({ type: Meta, resolve: (_root, _args, { snapshot }) => snapshot.head() }),
)
