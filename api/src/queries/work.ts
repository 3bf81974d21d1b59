import { z } from 'zod'
import type { Snapshot } from '../database.ts'
import { badInput } from '../errors.ts'
import { sql } from '../sql.ts'
import type { ContractRow } from './contracts.ts'
import type { Head } from './head.ts'
import { decodeOpaque, encodeOpaque } from './opaque.ts'

export type Work = {
  cursor: string
  /** Whether more has changed than fits: ask again at once with the new cursor. */
  more: boolean
  contracts: ContractRow[]
}

/** A change of a node's contracts: the block that made it. */
export type Change = { height: number; hash: string | null }

/**
 * Stands for the latest change of a node's contracts. By the block's hash too: at one height two
 * branches of the chain may have changed them in two ways.
 */
export type Version = string

export function versionOf(change: Change | undefined): Version {
  return change === undefined ? '0' : `${change.height}-${(change.hash ?? '').slice(2, 18)}`
}

/** With their bodies under 4 MB, about what a node should have to hold of one answer. */
export const MAX_WORK = 200

/**
 * The contracts of a node that changed after `since`, closed ones among them, in the order of their
 * changes; all that are not closed where `since` is null or was given by the index of another chain,
 * or by a branch that is of the chain no more.
 *
 * The cursor is the place of the last change in the answer. It stays the same while nothing changes,
 * and so does the answer.
 */
export async function readWork(
  snapshot: Snapshot,
  { node, since }: { node: number; since: string | null | undefined },
): Promise<Work> {
  const head = await snapshot.head()
  const from = await placeOf(snapshot, since, head)
  const rows = await snapshot.query<ContractRow & { changed_hash: string | null }>(sql`
    select *, (select hash from blocks where height = changed_height) as changed_hash
    from contracts
    where node_id = ${node}::bigint
      and ${
        from.height === 0
          ? // What ended in a block that is not final may yet go on.
            sql`(state in ('Offered', 'Running', 'Suspended')
              or changed_height > ${head.finalized_height}::bigint)`
          : sql`(changed_height, id) > (${from.height}::bigint, ${from.contract}::bigint)`
      }
    order by changed_height, id
    limit ${MAX_WORK + 1}`)
  const contracts = rows.slice(0, MAX_WORK)
  const last = contracts.at(-1)
  const place = last && {
    height: last.changed_height,
    hash: last.changed_hash ?? '',
    contract: last.id,
  }
  return {
    cursor: encodePlace({ genesis: head.genesis_hash, ...(place ?? from) }),
    more: rows.length > contracts.length,
    contracts,
  }
}

/** The latest change of a node's contracts. */
export async function readVersion(snapshot: Snapshot, node: number): Promise<Version> {
  const [change] = await snapshot.query<Change>(sql`
    select changed_height as height, hash from contracts left join blocks on height = changed_height
    where node_id = ${node}::bigint order by changed_height desc limit 1`)
  return versionOf(change)
}

async function hashAt(snapshot: Snapshot, height: number): Promise<string> {
  const [block] = await snapshot.query<{ hash: string }>(
    sql`select hash from blocks where height = ${height}::bigint`,
  )
  return block?.hash ?? ''
}

/** A change of a contract, in a block that the hash tells from others of its height. */
type Place = { genesis: string; height: number; hash: string; contract: number }

const START = { height: 0, hash: '', contract: 0 }

async function placeOf(
  snapshot: Snapshot,
  since: string | null | undefined,
  head: Head,
): Promise<Omit<Place, 'genesis'>> {
  if (since === null || since === undefined) return START
  const place = decodePlace(since)
  if (place.genesis !== head.genesis_hash) return START
  return (await hashAt(snapshot, place.height)) === place.hash ? place : START
}

const placeShape = z.tuple([
  z.literal('work'),
  z.string(),
  z.int().min(0),
  z.string(),
  z.int().min(0),
])

function encodePlace({ genesis, height, hash, contract }: Place): string {
  return encodeOpaque(['work', genesis, height, hash, contract])
}

function decodePlace(cursor: string): Place {
  const place = decodeOpaque(cursor, placeShape)
  if (!place) {
    throw badInput(
      '`since` is no cursor of work: send the `cursor` of an earlier answer, ' +
        'or leave it out to get every contract of the node that is not closed.',
    )
  }
  const [, genesis, height, hash, contract] = place
  return { genesis, height, hash, contract }
}
