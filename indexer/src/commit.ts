import type { Block, Call } from '@covenant/chain-client'
import { HEAD_CHANNEL } from '@covenant/schema/db'
import type { Pool } from 'pg'
import { chainClock } from './clock.ts'
import { Inconsistent } from './errors.ts'
import { handle } from './handlers/handle.ts'
import { type BlockRow, insertBlocks } from './stores/blocks.ts'
import { createDayStore } from './stores/days.ts'
import { insertEvents } from './stores/events.ts'
import { type Head, moveHead } from './stores/head.ts'
import { openMirror, writeMirror } from './stores/mirror.ts'
import { loadNeeded } from './stores/needed.ts'
import { createPipeline } from './stores/pipeline.ts'
import type { OnStatement, Transaction } from './stores/transaction.ts'
import { noteForUndo, settle, undoTo } from './stores/undo.ts'
import { subjectsOf } from './subjects.ts'

/** All of a block that rows are made of. */
export type IndexedBlock = Omit<Block, 'extrinsics'>

export type CommitOptions = {
  /** In node-postgres's pipeline mode. */
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
    const pipeline = createPipeline(client, onStatement)
    const head = await advance(pipeline, options)
    await pipeline.settle()
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

/** Writes blocks within a transaction that somebody else ends; its connection is in pipeline mode. */
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
  const mirror = openMirror(transaction)
  await loadNeeded(
    mirror,
    blocks.flatMap(({ events }) => events),
  )
  const days = createDayStore(transaction, from?.chainMs)
  for (const [index, { height, events }] of blocks.entries()) {
    await days.begin(rows[index]?.chainMs ?? 0, () => writeMirror(mirror))
    for (const event of events) {
      const { extrinsicIndex } = event
      if (event.type !== 'other') handle(event, { mirror, height, extrinsicIndex, decodeCall })
    }
    days.count(events)
  }
  await writeMirror(mirror)
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
