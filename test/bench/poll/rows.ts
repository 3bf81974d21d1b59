import assert from 'node:assert/strict'
import type { Pool } from 'pg'

export const GENESIS = `0x${'01'.repeat(32)}`
export const HEIGHT = 1_000

/** The block that changed the contract of a node. */
export const changeOf = (node: number) => ({ height: 1 + (node % HEIGHT), hash: GENESIS })

/** What tells one index of a chain from another. */
export type Index = { genesis_hash: string; index_id: number }

/** Nodes 1 to `count`, each with a contract on offer of the same number. */
export async function fillNodes(pool: Pool, count: number): Promise<Index> {
  await pool.query(
    `INSERT INTO head VALUES (true, $1, $2, $1, extract(epoch FROM now())::bigint * 1000, 0, $2, 1)`,
    [GENESIS, HEIGHT],
  )
  await pool.query(
    `INSERT INTO blocks SELECT n, $1 || n, $1, 0, 0 FROM generate_series(1, $2::bigint) AS n`,
    [GENESIS, HEIGHT],
  )
  await pool.query(
    `INSERT INTO nodes (id, operator, sealing_key, sealing_version, total_cpu, total_memory, total_storage,
       total_gpus, total_public_ipv4, reserved_cpu, reserved_memory, reserved_storage, reserved_gpus,
       reserved_public_ipv4, price_cpu, price_memory, price_storage, price_gpu, price_public_ipv4, region,
       attributes, endpoint, state, live, contract_count, deposit, created_height, changed_height)
     SELECT n, 'operator', '0x', 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 'eu', '[]', '', 'Active', 0, 1, 1, 1, 1
     FROM generate_series(1, ${count}) AS n`,
  )
  await pool.query(`INSERT INTO bodies VALUES ('0x0b', '{}', '{}', ${count}, 1, 1)`)
  await pool.query(
    `INSERT INTO contracts (id, owner, node_id, state, version, pending_version, escrow, paid, settled_at,
       created_at, deposit, created_height, changed_height)
     SELECT n, 'owner', n, 'Offered', 1, 1, 1, 0, 0, 1, 1, 1, 1 + n % ${HEIGHT} FROM generate_series(1, ${count}) AS n`,
  )
  await pool.query(
    `INSERT INTO specs (contract_id, version, body_hash, cpu, memory, storage, gpus, public_ipv4, rate,
       sealing_version, deposit, deadline, created_height)
     SELECT n, 1, '0x0b', 1, 1, 1, 0, 0, 1, 1, 1, 1, 1 FROM generate_series(1, ${count}) AS n`,
  )
  await pool.query('ANALYZE')
  const { rows } = await pool.query<Index>(
    'SELECT genesis_hash, tableoid::bigint AS index_id FROM head',
  )
  const [index] = rows
  assert.ok(index)
  return index
}
