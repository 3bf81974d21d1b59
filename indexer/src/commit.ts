import type { Block, Call } from '@covenant/chain-client'
import { HEAD_CHANNEL } from '@covenant/schema/db'
import type { Pool } from 'pg'
import { chainClock } from './clock.ts'
import { Inconsistent } from './errors.ts'
import { handle } from './handlers/handle.ts'
import { type BlockRow, insertBlocks } from './stores/blocks.ts'
import { createBodyStore } from './stores/bodies.ts'
import { createContractStore } from './stores/contracts.ts'
import { createDayStore } from './stores/days.ts'
import { insertEvents } from './stores/events.ts'
import { createGroupStore } from './stores/groups.ts'
import { type Head, moveHead } from './stores/head.ts'
import { createNodeStore } from './stores/nodes.ts'
import { createPipeline } from './stores/pipeline.ts'
import { createProposalStore } from './stores/proposals.ts'
import { noteForUndo, settle, undoTo } from './stores/undo.ts'
import type { OnStatement, Transaction } from './stores/transaction.ts'
import { subjectsOf } from './subjects.ts'

/** All of a block that rows are made of. */
export type IndexedBlock = Omit<Block, 'extrinsics'>

export type CommitOptions = {
  pool: Pool
  /** The head that the rows are at; null before block 0. */
  from: Head | null
  /** The height of the block that the others follow; what is above it is undone. @default that of `from` */
  ancestor?: number | undefined
  /** The next blocks in order. */
  blocks: IndexedBlock[]
  /** The latest height that is known to be final. Blocks above it are written so that they can be undone. */
  finalizedHeight: number
  decodeCall: (hex: string) => Call
  onStatement?: OnStatement | undefined
}

/**
 * Undoes what is of the chain no more, writes all that the blocks change, their events and the new head, in one
 * transaction, and tells {@link HEAD_CHANNEL}. Returns the new head. Whatever it throws, nothing was written.
 */
export async function commit({ pool, onStatement, ...options }: CommitOptions): Promise<Head> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const pipeline = client.pipeline ? createPipeline(client, onStatement) : undefined
    const head = await advance(pipeline ?? client, options)
    await pipeline?.settle()
    await client.query('SELECT pg_notify($1, $2)', [HEAD_CHANNEL, String(head.height)])
    await client.query('COMMIT')
    client.release()
    return head
  } catch (error) {
    // The connection's state is unknown, so it is closed; that undoes what was begun.
    client.release(true)
    throw error
  }
}

async function advance(
  transaction: Transaction,
  { from, ancestor, blocks, ...options }: Omit<CommitOptions, 'pool' | 'onStatement'>,
): Promise<Head> {
  const { finalizedHeight } = options
  let head = from
  if (from !== null && ancestor !== undefined && ancestor < from.height) {
    head = await undoTo(transaction, { from, ancestor })
  }
  // Rows of blocks that were not final when they were written, and are now.
  if (from !== null && from.height > from.finalizedHeight)
    await settle(transaction, finalizedHeight)
  const final = blocks.filter(({ height }) => height <= finalizedHeight)
  if (final.length > 0) {
    head = await writeBlocks(transaction, { ...options, from: head, blocks: final })
  }
  for (const block of blocks.slice(final.length)) {
    await noteForUndo(transaction, block.height)
    head = await writeBlocks(transaction, { ...options, from: head, blocks: [block] })
  }
  if (head === null) throw new RangeError('there is no block to commit')
  if (blocks.length > 0) return head
  const settled = { ...head, finalizedHeight }
  await moveHead(transaction, head, settled)
  return settled
}

/** Writes blocks within a transaction that somebody else ends. */
export async function writeBlocks(
  transaction: Transaction,
  {
    from,
    blocks,
    finalizedHeight,
    decodeCall,
  }: Pick<CommitOptions, 'from' | 'blocks' | 'finalizedHeight' | 'decodeCall'>,
): Promise<Head> {
  const rows = chain(from, blocks)
  const head = { ...headOf(from, rows, blocks), finalizedHeight }
  await moveHead(transaction, from, head)
  await insertBlocks(transaction, rows)
  await insertEvents(transaction, blocks.flatMap(eventRows))
  const days = createDayStore(transaction, from?.chainMs)
  for (const [index, block] of blocks.entries()) {
    await days.begin(rows[index]?.chainMs ?? 0)
    await applyEvents(transaction, block, decodeCall)
    days.count(block.events)
  }
  await days.write()
  return head
}

function headOf(
  from: Head | null,
  rows: BlockRow[],
  blocks: IndexedBlock[],
): Omit<Head, 'finalizedHeight'> {
  const [first, last, block] = [rows[0], rows.at(-1), blocks.at(-1)]
  if (!first || !last || !block) throw new RangeError('there is no block to commit')
  const { height, hash, timestampMs, chainMs } = last
  const { transactionVersion } = block
  // Where nothing was read before, the first block is the genesis block.
  const genesisHash = from?.genesisHash ?? first.hash
  return { genesisHash, height, hash, timestampMs, chainMs, transactionVersion }
}

/** The blocks as rows, each one checked to follow the one before. */
function chain(from: Head | null, blocks: IndexedBlock[]): BlockRow[] {
  const rows: BlockRow[] = []
  for (const { height, hash, parentHash, timestampMs } of blocks) {
    const before = rows.at(-1) ?? from
    const expected = before === null ? 0 : before.height + 1
    if (height !== expected) throw gap(`block ${height} came where block ${expected} was due`)
    if (before !== null && parentHash !== before.hash) {
      throw gap(
        `block ${height} has the parent ${parentHash}, and block ${before.height} is ${before.hash}`,
      )
    }
    rows.push({
      height,
      hash,
      parentHash,
      timestampMs,
      chainMs: chainClock(before, { height, timestampMs }),
    })
  }
  return rows
}

function gap(what: string): Inconsistent {
  return new Inconsistent(
    `${what}: the endpoint does not serve one finalised chain without a gap; use another endpoint, or begin anew (--fresh, or an empty database)`,
  )
}

const eventRows = ({ height, events }: IndexedBlock) =>
  events.map((event) => {
    const { index, extrinsicIndex, pallet, name, data } = event
    return { height, index, extrinsicIndex, pallet, name, data, ...subjectsOf(event) }
  })

async function applyEvents(
  transaction: Transaction,
  { height, events }: IndexedBlock,
  decodeCall: CommitOptions['decodeCall'],
): Promise<void> {
  const stores = {
    groups: createGroupStore(transaction, height),
    proposals: createProposalStore(transaction, height),
    nodes: createNodeStore(transaction, height),
    contracts: createContractStore(transaction, height),
    bodies: createBodyStore(transaction, height),
  }
  for (const event of events) {
    if (event.type === 'other') continue
    const { extrinsicIndex } = event
    await handle(event, { ...stores, decodeCall, extrinsicIndex })
  }
}
