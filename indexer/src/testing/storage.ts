/** For tests alone: what rows say and what the chain's storage says, in the same words. */
import type { Chain, Spec } from '@covenant/chain-client'
import type { Pool } from 'pg'

type Row = Record<string, unknown>

const idsBelow = (next: number) => Array.from({ length: next - 1 }, (_, index) => index + 1)

/** Those of groups begin with the administration's. */
const groupsBelow = (next: number) => [0, ...idsBelow(next)]

/** Everything in the storage of our pallets at the block `at` that the chain client can read. */
export async function storageOf(chain: Chain, at: string, bodies: string[]) {
  const { groups, nodes, contracts, clock } = chain
  const [nextGroup, nextNode, nextContract] = await Promise.all([
    groups.nextId(at),
    nodes.nextId(at),
    contracts.nextId(at),
  ])
  const all = async <T>(ids: number[], get: (id: number) => Promise<T>) => {
    const values = []
    for (const id of ids) values.push(await get(id))
    return values
  }
  return {
    now: await clock.now(at),
    groups: await all(groupsBelow(nextGroup), (id) => groups.get(id, at)),
    proposals: (await all(groupsBelow(nextGroup), (id) => groups.proposals(id, at))).flat(),
    nodes: await all(idsBelow(nextNode), (id) => nodes.get(id, at)),
    contracts: await all(idsBelow(nextContract), (id) => contracts.get(id, at)),
    tombstones: await all(idsBelow(nextContract), (id) => contracts.tombstone(id, at)),
    bodies: await Promise.all(bodies.map((hash) => contracts.body(hash, at))),
  }
}

/** The same from the rows. */
export async function storageFromRows(pool: Pool, bodies: string[]): ReturnType<typeof storageOf> {
  const query = async (sql: string, values: unknown[] = []) =>
    (await pool.query<Row>(sql, values)).rows
  const [specs, members, votes] = [
    await query('SELECT * FROM specs'),
    await query('SELECT * FROM members ORDER BY group_id, position'),
    // In the order in which each member first voted, which is that of the events.
    await query(`SELECT group_id, proposal_id, member, (array_agg(vote ORDER BY height DESC, index DESC))[1] AS vote
      FROM (SELECT group_id, proposal_id, data->>'member' AS member, data->>'vote' AS vote, height, index
        FROM events WHERE pallet = 'groups' AND name = 'Voted') AS voted
      GROUP BY 1, 2, 3 ORDER BY min((height, index))`),
  ]
  const [stored] = await query('SELECT count(*) AS votes FROM votes')
  if (stored?.['votes'] !== votes.length) throw new Error('the votes are not those of the events')

  const specOf = (contract: unknown, version: unknown): Spec | null => {
    const spec = specs.find((one) => one['contract_id'] === contract && one['version'] === version)
    if (!spec) return null
    return {
      version: spec['version'],
      body: spec['body_hash'],
      resources: resourcesOf(spec, ''),
      rate: spec['rate'],
      sealingVersion: spec['sealing_version'],
      deposit: spec['deposit'],
    } as Spec
  }
  const contracts = await query('SELECT * FROM contracts ORDER BY id')
  const [head] = await query('SELECT floor(chain_ms / 1000)::bigint AS now FROM head')
  const rows = {
    now: head?.['now'],
    groups: (await query('SELECT * FROM groups ORDER BY id')).map((row) => {
      if (row['dissolved_height'] !== null) return null
      return {
        id: row['id'],
        account: row['account'],
        name: row['name'],
        members: members
          .filter(({ group_id }) => group_id === row['id'])
          .map(({ account, weight, permissions }) => ({ account, weight, permissions })),
        thresholds: {
          deploy: row['threshold_deploy'],
          cancel: row['threshold_cancel'],
          spend: row['threshold_spend'],
          govern: row['threshold_govern'],
        },
        epoch: row['epoch'],
        nextProposal: row['next_proposal'],
        creator: row['creator'],
        deposit: row['deposit'],
      }
    }),
    proposals: (
      await query(`SELECT * FROM proposals WHERE state = 'Open' ORDER BY group_id, id`)
    ).map((row) => ({
      group: row['group_id'],
      id: row['id'],
      proposer: row['proposer'],
      call: row['call'],
      kind: row['kind'],
      epoch: row['epoch'],
      transactionVersion: row['transaction_version'],
      createdAt: row['created_at'],
      expires: row['expires'],
      deposit: row['deposit'],
      votes: votes
        .filter((one) => one['group_id'] === row['group_id'] && one['proposal_id'] === row['id'])
        .map(({ member, vote }) => ({ member, vote })),
    })),
    nodes: (await query('SELECT * FROM nodes ORDER BY id')).map((row) =>
      row['state'] === 'Removed'
        ? null
        : {
            id: row['id'],
            operator: row['operator'],
            namedAgent: row['named_agent'],
            agent: row['agent'],
            sealing: { key: row['sealing_key'], version: row['sealing_version'] },
            total: resourcesOf(row, 'total_'),
            reserved: resourcesOf(row, 'reserved_'),
            prices: {
              cpu: row['price_cpu'],
              memory: row['price_memory'],
              storage: row['price_storage'],
              gpu: row['price_gpu'],
              publicIpv4: row['price_public_ipv4'],
            },
            region: row['region'],
            attributes: row['attributes'],
            endpoint: row['endpoint'],
            state: row['state'],
            live: row['live'],
            lastSeen: row['last_seen'],
            announcedAt: row['announced_at'],
            contracts: row['contract_count'],
            deposit: row['deposit'],
          },
    ),
    contracts: contracts.map((row) => {
      if (row['state'] === 'Closed') return null
      const pending = specOf(row['id'], row['pending_version'])
      const offered = specs.find(
        (one) => one['contract_id'] === row['id'] && one['version'] === row['pending_version'],
      )
      return {
        id: row['id'],
        owner: row['owner'],
        node: row['node_id'],
        state: row['state'],
        running: specOf(row['id'], row['running_version']),
        pending: pending && { spec: pending, deadline: offered?.['deadline'] },
        version: row['version'],
        escrow: row['escrow'],
        settledAt: row['settled_at'],
        suspendedAt: row['suspended_at'],
        networkKey: row['network_key'],
        createdAt: row['created_at'],
        deposit: row['deposit'],
        report: row['health'] && { health: row['health'], at: row['reported_at'] },
      }
    }),
    tombstones: contracts.map((row) => {
      if (row['state'] !== 'Closed' || row['pruned_height'] !== null) return null
      return {
        id: row['id'],
        owner: row['owner'],
        node: row['node_id'],
        reason: row['close_reason'],
        closedAt: row['closed_at'],
        version: row['version'],
        body: row['tombstone_body'],
        deposit: row['tombstone_deposit'],
      }
    }),
    bodies: await Promise.all(
      bodies.map(async (hash) => {
        const [row] = await query(
          `SELECT *, (SELECT count(*) FROM body_holders WHERE body_hash = hash) AS holders FROM bodies
           WHERE hash = $1 AND removed_height IS NULL`,
          [hash],
        )
        if (!row) return null
        return {
          hash,
          bytes: `0x${(row['bytes'] as Buffer).toString('hex')}`,
          holders: row['holders'],
          references: row['reference_count'],
        }
      }),
    ),
  }
  // What the columns hold is what the test compares; their types are the chain's own then.
  return rows as unknown as Awaited<ReturnType<typeof storageOf>>
}

function resourcesOf(row: Row, prefix: string) {
  return {
    cpu: row[`${prefix}cpu`],
    memory: row[`${prefix}memory`],
    storage: row[`${prefix}storage`],
    gpus: row[`${prefix}gpus`],
    publicIpv4: row[`${prefix}public_ipv4`],
  }
}
