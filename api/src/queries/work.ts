import { z } from 'zod'
import type { Snapshot } from '../database.ts'
import { badInput } from '../errors.ts'
import { sql } from '../sql.ts'
import type { ContractRow } from './contracts.ts'
import { decodeOpaque, encodeOpaque } from './opaque.ts'

export type Work = {
  cursor: string
  /** Whether more has changed than fits: ask again at once with the new cursor. */
  more: boolean
  contracts: ContractRow[]
}

/** With their bodies under 4 MB, about what a node should have to hold of one answer. */
export const MAX_WORK = 200

/**
 * The contracts of a node that changed after `since`, closed ones among them, in the order of their
 * changes; all that are not closed where `since` is null or was given by the index of another chain.
 *
 * The cursor is the place of the last change in the answer. It stays the same while nothing changes,
 * and so does the answer.
 */
export async function readWork(
  snapshot: Snapshot,
  { node, since }: { node: number; since: string | null | undefined },
): Promise<Work> {
  const { genesis_hash: genesis } = await snapshot.head()
  const place = since === null || since === undefined ? undefined : decodePlace(since)
  const { height, contract } = place?.genesis === genesis ? place : START
  const rows = await snapshot.query<ContractRow>(sql`
    select * from contracts
    where node_id = ${node}::bigint
      and ${
        height === 0
          ? sql`state in ('Offered', 'Running', 'Suspended')`
          : sql`(changed_height, id) > (${height}::bigint, ${contract}::bigint)`
      }
    order by changed_height, id
    limit ${MAX_WORK + 1}`)
  const contracts = rows.slice(0, MAX_WORK)
  const last = contracts.at(-1)
  return {
    cursor: encodePlace({
      genesis,
      height: last?.changed_height ?? height,
      contract: last?.id ?? contract,
    }),
    more: rows.length > contracts.length,
    contracts,
  }
}

type Place = { genesis: string; height: number; contract: number }

const START = { height: 0, contract: 0 }

const placeShape = z.tuple([z.literal('work'), z.string(), z.int().min(0), z.int().min(0)])

function encodePlace({ genesis, height, contract }: Place): string {
  return encodeOpaque(['work', genesis, height, contract])
}

function decodePlace(cursor: string): Place {
  const place = decodeOpaque(cursor, placeShape)
  if (!place) {
    throw badInput(
      '`since` is no cursor of work: send the `cursor` of an earlier answer, ' +
        'or leave it out to get every contract of the node that is not closed.',
    )
  }
  const [, genesis, height, contract] = place
  return { genesis, height, contract }
}
