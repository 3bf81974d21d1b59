import { Inconsistent } from '../errors.ts'
import { type Head, lockHead, readHead } from './head.ts'
import type { Transaction } from './transaction.ts'

/** From here to the end of the transaction each row is noted with what it was before this block. */
export async function noteForUndo(transaction: Transaction, height: number): Promise<void> {
  await transaction.query(`SELECT set_config('covenant.undo_height', $1, true)`, [String(height)])
}

/** Makes all rows those of the block `ancestor`, and returns the head that they had there. */
export async function undoTo(
  transaction: Transaction,
  { from, ancestor }: { from: Head; ancestor: number },
): Promise<Head> {
  if (ancestor < from.finalizedHeight) {
    throw new Inconsistent(
      `the chain goes on from block ${ancestor}, and block ${from.finalizedHeight} was final: what is final never changes, so the endpoint does not serve the chain that the rows are of; use another endpoint, or begin anew (--fresh, or an empty database)`,
    )
  }
  await lockHead(transaction, from)
  await transaction.query('SELECT undo_to($1)', [ancestor])
  const head = await readHead(transaction)
  if (head?.height === ancestor) return head
  throw new Inconsistent(
    `the rows cannot be made those of block ${ancestor} again: undoing led to block ${head?.height}; begin anew (--fresh, or an empty database) and report it`,
  )
}

/** Forgets how to undo what is final. */
export async function settle(transaction: Transaction, finalizedHeight: number): Promise<void> {
  await transaction.query('DELETE FROM undo WHERE height <= $1', [finalizedHeight])
}
