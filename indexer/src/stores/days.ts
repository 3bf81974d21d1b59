import type { ChainEvent } from '@covenant/chain-client'
import type { Transaction } from './transaction.ts'

const DAY_MS = 86_400_000

export type DayStore = {
  /**
   * Moves to the day of a block, before its events are applied. Where that is another one, `writeRows`
   * sees to it that the rows are written, and what is so at the end of the day before is read from them.
   */
  begin(chainMs: number, writeRows: () => Promise<void>): Promise<void>
  /** Counts a block's events for its day. */
  count(events: readonly ChainEvent[]): void
  /** Adds what was counted to the day's row. */
  write(): Promise<void>
}

const nothing = () => ({ created: 0, closed: 0, spent: 0n })

/**
 * What each day of the chain's clock came to, from where its clock stood before.
 *
 * What happens is counted here, so that a batch of blocks costs one statement; what is so is read
 * from the rows once a day.
 */
export function createDayStore(transaction: Transaction, chainMsBefore = 0): DayStore {
  let day = dayOf(chainMsBefore)
  let counted = nothing()
  const write = async () => {
    const { created, closed, spent } = counted
    counted = nothing()
    // Before the clock's first reading there is no day.
    if (day === 0) return
    await transaction.query(
      `INSERT INTO days (day, contracts_created, contracts_closed, spent) VALUES ($1, $2, $3, $4)
       ON CONFLICT (day) DO UPDATE SET contracts_created = days.contracts_created + excluded.contracts_created,
         contracts_closed = days.contracts_closed + excluded.contracts_closed, spent = days.spent + excluded.spent`,
      [day, created, closed, spent],
    )
  }
  return {
    async begin(chainMs, writeRows) {
      const next = dayOf(chainMs)
      if (next === day) return
      await writeRows()
      await write()
      await transaction.query(END_DAY, [day])
      day = next
    },
    count(events) {
      for (const { type, data } of events) {
        if (type === 'contracts.Created') counted.created += 1
        if (type === 'contracts.Closed') counted.closed += 1
        if (type === 'contracts.Settled') counted.spent += data.paid
      }
    },
    write,
  }
}

const dayOf = (chainMs: number) => Math.floor(chainMs / DAY_MS)

const END_DAY = `UPDATE days SET
    (contracts_offered, contracts_running, contracts_suspended) = (
      SELECT count(*) FILTER (WHERE state = 'Offered'), count(*) FILTER (WHERE state = 'Running'),
        count(*) FILTER (WHERE state = 'Suspended')
      FROM contracts WHERE state IN ('Offered', 'Running', 'Suspended')),
    (nodes_active, nodes_draining, nodes_retired) = (
      SELECT count(*) FILTER (WHERE state = 'Active'), count(*) FILTER (WHERE state = 'Draining'),
        count(*) FILTER (WHERE state = 'Retired')
      FROM nodes),
    (total_cpu, total_memory, total_storage, total_gpus, total_public_ipv4,
      reserved_cpu, reserved_memory, reserved_storage, reserved_gpus, reserved_public_ipv4) = (
      SELECT coalesce(sum(total_cpu), 0), coalesce(sum(total_memory), 0), coalesce(sum(total_storage), 0),
        coalesce(sum(total_gpus), 0), coalesce(sum(total_public_ipv4), 0),
        coalesce(sum(reserved_cpu), 0), coalesce(sum(reserved_memory), 0), coalesce(sum(reserved_storage), 0),
        coalesce(sum(reserved_gpus), 0), coalesce(sum(reserved_public_ipv4), 0)
      FROM nodes WHERE state IN ('Active', 'Draining'))
  WHERE day = $1`
