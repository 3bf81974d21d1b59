import type { Database } from '@covenant/schema/db'

/** What has to be the same however it was written: of each table the columns that events make or change. */
const TABLES: Record<string, { order: string; columns: string; which?: string }> = {
  blocks: {
    order: 'height',
    columns: 'height, hash, parent_hash, timestamp_ms, chain_ms',
    // SubQuery cannot begin with block 0, which is empty.
    which: ' WHERE height > 0',
  },
  events: {
    order: 'height, index',
    columns:
      'height, index, extrinsic_index, pallet, name, data, group_id, proposal_id, node_id, contract_id, accounts',
  },
  nodes: {
    order: 'id',
    columns: `id, operator, named_agent, agent, sealing_key, sealing_version, total_cpu, total_public_ipv4, reserved_cpu,
      reserved_public_ipv4, free_cpu, free_public_ipv4, price_cpu, price_public_ipv4, region, attributes, endpoint,
      state, live, last_seen, announced_at, contract_count, deposit, created_height, changed_height, removed_height`,
  },
  contracts: {
    order: 'id',
    columns: `id, owner, node_id, state, version, running_version, pending_version, escrow, paid, settled_at,
      suspended_at, network_key, created_at, deposit, created_height, created_extrinsic, changed_height, name`,
  },
  specs: {
    order: 'contract_id, version',
    columns: `contract_id, version, body_hash, cpu, memory, storage, gpus, public_ipv4, rate, sealing_version, deposit,
      deadline, created_height, accepted_height`,
  },
  bodies: {
    order: 'hash',
    columns:
      'hash, bytes, text, reference_count, created_height, changed_height, name, image_digests',
  },
  body_holders: {
    order: 'body_hash, account',
    columns: 'body_hash, account, deposit, created_height',
  },
}

/** Of each table how many rows there are, and a sum over all that they say. */
export type Digest = Record<string, { count: number; sum: string }>

export async function digest(db: Database, schema: string): Promise<Digest> {
  const found: Digest = {}
  for (const [table, { order, columns, which = '' }] of Object.entries(TABLES)) {
    const { rows } = await db.pool.query<{ count: number; sum: string }>(
      `SELECT count(*) AS count, md5(coalesce(string_agg(md5(said::text), '' ORDER BY ${order}), '')) AS sum
       FROM (SELECT ${order}, (${columns}) AS said FROM ${schema}.${table}${which}) AS one`,
    )
    const [row] = rows
    if (row !== undefined) found[table] = row
  }
  return found
}
