import { encodeAccount } from '@covenant/schema/ss58'
import type { Pool } from 'pg'

/** As many as regions there are: lists are asked for by them. */
export const REGIONS = 20

/** The latest chain second, and block, of a chain with so many contracts. */
export const endOf = (contracts: number) => ({
  height: Math.max(1_000, contracts / 5),
  seconds: 1_000_000 + contracts * 60,
})

export type Filled = { accounts: string[]; digests: string[] }

/**
 * A chain that has seen so many contracts: ten on each node, two of three owned by a group, a third of
 * them closed; with their specs, bodies, images, two events each, proposals and votes.
 */
export async function fillContracts(pool: Pool, contracts: number): Promise<Filled> {
  const { height, seconds } = endOf(contracts)
  const nodes = contracts / 10
  const groups = contracts / 50
  const accounts = Array.from({ length: contracts / 50 }, (_, index) => accountOf(index))
  const bodies = contracts / 20
  const digests = Array.from({ length: bodies }, (_, n) => `sha256:${digits(n)}`)
  const client = await pool.connect()
  try {
    // References hold by the way the rows are made; checking each would take most of the time.
    await client.query(`SET session_replication_role = replica`)
    await client.query(`SELECT setseed(0.5)`)
    await client.query(
      `CREATE TEMP TABLE accounts AS SELECT k - 1 AS k, a FROM unnest($1::text[]) WITH ORDINALITY x (a, k)`,
      [accounts],
    )
    await client.query(`CREATE UNIQUE INDEX ON accounts (k)`)
    await client.query(`ANALYZE accounts`)
    const hash = (n: string) => `'0x' || lpad(to_hex(${n}), 64, '0')`
    for (const statement of [
      `INSERT INTO head (genesis_hash, height, hash, timestamp_ms, chain_ms, finalized_height, transaction_version)
       VALUES (${hash('1')}, ${height}, ${hash(String(height))}, extract(epoch FROM now())::bigint * 1000, ${seconds * 1_000}, ${height}, 1)`,
      `INSERT INTO blocks SELECT n, ${hash('n')}, ${hash('n - 1')}, n * 6000, n * 6000 FROM generate_series(1, ${height}) n`,
      `INSERT INTO groups (id, account, name, creator, deposit, epoch, threshold_deploy, threshold_cancel, threshold_spend,
         threshold_govern, next_proposal, created_height, changed_height)
       SELECT n, 'group account ' || n, 'group ' || n, a, 1, 0, 2, 2, 2, 3, 2, 1, 1
       FROM generate_series(1, ${groups}) n JOIN accounts ON accounts.k = n % ${accounts.length}`,
      `INSERT INTO group_epochs SELECT n, 0, 2, 2, 2, 3, '[]', 3, 1 FROM generate_series(1, ${groups}) n`,
      `INSERT INTO members SELECT g, a, m, 1, '{PROPOSE,APPROVE}', 1, 1
       FROM generate_series(1, ${groups}) g CROSS JOIN generate_series(0, 2) m JOIN accounts ON accounts.k = (g * 7 + m) % ${accounts.length}`,
      `INSERT INTO proposals (group_id, id, proposer, call, call_pallet, call_name, call_args, kind, epoch, transaction_version,
         created_at, expires, deposit, state, created_height, created_extrinsic, changed_height)
       SELECT g, p, a, '0x', 'contracts', 'create', '{}', 'Deploy', 0, 1, 1, ${seconds * 2}, 1,
         CASE WHEN p = 9 AND g % 10 = 0 THEN 'Open' ELSE 'Executed' END, 1, 1, 1
       FROM generate_series(1, ${groups}) g CROSS JOIN generate_series(0, 9) p JOIN accounts ON accounts.k = (g * 7) % ${accounts.length}`,
      `INSERT INTO votes SELECT g, p, a, 'Approve', 1, 1, 1
       FROM generate_series(1, ${groups}) g CROSS JOIN generate_series(0, 9) p CROSS JOIN generate_series(0, 1) m
       JOIN accounts ON accounts.k = (g * 7 + m) % ${accounts.length}`,
      `INSERT INTO nodes (id, operator, agent, sealing_key, sealing_version, total_cpu, total_memory, total_storage, total_gpus,
         total_public_ipv4, reserved_cpu, reserved_memory, reserved_storage, reserved_gpus, reserved_public_ipv4, free_cpu,
         free_memory, free_storage, free_gpus, free_public_ipv4, price_cpu, price_memory, price_storage, price_gpu,
         price_public_ipv4, region, attributes, endpoint, state, live, last_seen, contract_count, deposit, created_height,
         changed_height)
       SELECT n, a, 'agent ' || n, '0x', 1, 64000, 256000, 4000000, 4, 4, 64000 - f, 256000 - f * 4, 4000000 - f * 40, f % 5, f % 5,
         f, f * 4, f * 40, 4 - f % 5, 4 - f % 5, f, f, f, f, f, 'region ' || n % ${REGIONS},
         jsonb_build_array(jsonb_build_object('key', 'disk', 'value', CASE WHEN n % 3 = 0 THEN 'nvme' ELSE 'hdd' END)),
         '', CASE WHEN n % 50 = 0 THEN 'Draining' WHEN n % 20 = 1 THEN 'Retired' ELSE 'Active' END, 1000,
         CASE WHEN n % 10 = 2 THEN 1 ELSE ${seconds} - f % 600 END, 7, 1, 1, 1
       FROM (SELECT n, (random() * 64000)::int AS f FROM generate_series(1, ${nodes}) n) x
       JOIN accounts ON accounts.k = x.n % ${accounts.length}`,
      `INSERT INTO bodies (hash, bytes, text, reference_count, created_height, changed_height, name, image_digests)
       SELECT ${hash('n')}, '', '{"name":"shop ' || n || '","padding":"' || repeat('x', 500) || '"}', 20, 1, 1, 'shop ' || n, '{}'
       FROM generate_series(0, ${bodies} - 1) n`,
      `INSERT INTO contracts (id, owner, node_id, state, version, running_version, escrow, paid, settled_at, created_at, deposit,
         created_height, created_extrinsic, changed_height, name)
       SELECT n, CASE WHEN n % 3 = 0 THEN a ELSE 'group account ' || 1 + n % ${groups} END, 1 + n % ${nodes},
         (array['Closed', 'Running', 'Closed', 'Running', 'Offered', 'Running', 'Closed', 'Running', 'Suspended', 'Running'])[1 + (random() * 9.99)::int % 10],
         1, 1, (random() * 1e9)::bigint * 1000000000, (random() * 1e9)::bigint * 1000000000, 1000, 1000000 + n * 60, 1,
         1 + n / 5, 2, 1 + n / 5, 'shop ' || n % ${bodies}
       FROM generate_series(1, ${contracts}) n JOIN accounts ON accounts.k = n % ${accounts.length}`,
      `INSERT INTO days (day, contracts_created, contracts_closed, spent)
       SELECT 11, count(*), count(*) FILTER (WHERE state = 'Closed'), sum(paid) FROM contracts`,
      `INSERT INTO specs (contract_id, version, body_hash, cpu, memory, storage, gpus, public_ipv4, rate, sealing_version,
         deposit, deadline, created_height, accepted_height)
       SELECT n, 1, ${hash(`n % ${bodies}`)}, 500, 256, 1024, 0, 0, 1000, 1, 1, 1, 1, 1 FROM generate_series(1, ${contracts}) n`,
      `INSERT INTO contract_images SELECT n, 'sha256:' || lpad(to_hex(n % ${bodies}), 64, '0') FROM generate_series(1, ${contracts}) n`,
      `INSERT INTO events (height, index, extrinsic_index, pallet, name, data, node_id, contract_id, accounts)
       SELECT 1 + n / 5, n % 5 + 5 * e, 2, 'contracts', CASE e WHEN 0 THEN 'Created' ELSE 'Accepted' END,
         '{"escrow":"1000000000"}', 1 + n % ${nodes}, n, array[a]
       FROM generate_series(1, ${contracts}) n CROSS JOIN generate_series(0, 1) e JOIN accounts ON accounts.k = n % ${accounts.length}`,
      `RESET session_replication_role`,
      `VACUUM (ANALYZE)`,
    ]) {
      await client.query(statement)
    }
  } finally {
    client.release(true)
  }
  return { accounts, digests }
}

const digits = (n: number) => n.toString(16).padStart(64, '0')

function accountOf(index: number): string {
  return encodeAccount(Buffer.from(digits(index + 1), 'hex'))
}
