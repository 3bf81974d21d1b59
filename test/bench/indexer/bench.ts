import assert from 'node:assert/strict'
import { startTestPostgres } from '@covenant/schema/testing'
import { median, quantile } from '../measure.ts'
import type { Bench, Figure } from '../run.ts'
import { covenant, type Engine, subquery, subsquid } from './engines.ts'
import { measure, type Measured } from './measured.ts'
import { installPeers } from './install-peers.ts'
import { EVENTS_PER_BLOCK } from './story.ts'

const BLOCKS = Number(process.env['BENCH_BLOCKS'] ?? 20_000)
/** SubQuery does some dozens of blocks a second. */
const FEW_BLOCKS = Math.min(BLOCKS, 500)
const GROWTH = 30

type Order = { blocks: number; growth: number }

/**
 * How fast a chain is read that is there already, and how soon a new block is in the rows: by our
 * indexer and by others that write the same rows, one after another on the same chain.
 */
export async function bench(say: (line: string) => void): Promise<Bench> {
  installPeers(say)
  const postgres = await startTestPostgres()
  try {
    /** Ours and another on as many blocks: where their rows differ, a comparison would mean nothing. */
    const beside = async (peer: Engine, order: Order) => {
      const ours = await measure({ engine: covenant, postgres, say, ...order })
      const theirs = await measure({ engine: peer, postgres, say, ...order })
      assert.deepEqual(theirs.rows, ours.rows, `${peer.name} has written other rows than we have`)
      return { ours, theirs }
    }
    const few = await beside(subquery, { blocks: FEW_BLOCKS, growth: 5 })
    const all = await beside(subsquid, { blocks: BLOCKS, growth: GROWTH })
    const { ours } = all
    return {
      what: `${BLOCKS} blocks with ${EVENTS_PER_BLOCK} of our events each (${FEW_BLOCKS} for SubQuery), from a JSON-RPC of 2 ms latency into PostgreSQL; then one block more at a time. The rows of all three were the same.`,
      figures: [
        ratio(subsquid, ours, all.theirs, '5 or more'),
        ratio(subquery, ours, few.theirs),
        ...figuresOf(covenant, ours),
        ...figuresOf(subsquid, all.theirs),
        ...figuresOf(subquery, few.theirs),
      ],
    }
  } finally {
    await postgres.stop()
  }
}

function ratio(peer: Engine, ours: Measured, theirs: Measured, goal?: string): Figure {
  return {
    name: `backfill, covenant-indexer beside ${peer.name}`,
    value: ours.blocksPerSecond / theirs.blocksPerSecond,
    unit: 'times as fast',
    ...(goal === undefined ? {} : { goal }),
  }
}

const figuresOf = ({ name }: Engine, measured: Measured): Figure[] => [
  { name: `${name}: backfill`, value: measured.blocksPerSecond, unit: 'blocks/s' },
  { name: `${name}: its processor time`, value: measured.cpu, unit: 'ms a block' },
  { name: `${name}: PostgreSQL's`, value: measured.postgresCpu, unit: 'ms a block' },
  { name: `${name}: peak memory`, value: measured.peakMemory, unit: 'MiB' },
  {
    name: `${name}: from a finalised block to its row, median`,
    value: median(measured.delays),
    unit: 'ms',
  },
  {
    name: `${name}: the same, 95 of 100`,
    value: quantile(measured.delays, 0.95),
    unit: 'ms',
  },
]
