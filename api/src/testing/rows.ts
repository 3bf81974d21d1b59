import { blake2Hash } from '@covenant/schema'
import type { Pool } from 'pg'

type Row = Record<string, unknown>

/** Development accounts, as every chain of Substrate knows them. */
export const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'
export const BOB = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty'
export const CHARLIE = '5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y'
/** The account of a group, as far as these rows care. */
export const GROUP_ACCOUNT = '5EYCAe5ijiYfyeZ2JJCGq56LmPyNRAKzpG4QkoQkkQNB5e6Z'

export const GENESIS = `0x${'11'.repeat(32)}`
/** Chain seconds of block 0; every block is 6 s. */
export const GENESIS_SECONDS = 1_800_000_000

const THRESHOLDS = {
  threshold_deploy: 51,
  threshold_cancel: 51,
  threshold_spend: 51,
  threshold_govern: 51,
}

export type Rows = ReturnType<typeof createRows>

/** Writes rows with defaults for all that a test does not care about. */
export function createRows(pool: Pool) {
  const insert = async (table: string, row: Row) => {
    const columns = Object.keys(row)
    const slots = columns.map((_, index) => `$${index + 1}`)
    await pool.query(
      `insert into "${table}" (${columns.map((name) => `"${name}"`).join(', ')}) values (${slots.join(', ')})`,
      Object.values(row),
    )
  }
  const clockOf = (height: number) => secondsAt(height) * 1000

  return {
    query: (text: string, values: unknown[] = []) => pool.query<Row>(text, values),

    /** Makes `height` the block that all rows are of, one more than was there before. */
    async head(height: number, row: Row = {}) {
      const clock = clockOf(height)
      await this.block(height)
      await pool.query('delete from head')
      await insert('head', {
        genesis_hash: GENESIS,
        height,
        hash: hashOf(height),
        timestamp_ms: clock,
        chain_ms: clock,
        finalized_height: height,
        transaction_version: 1,
        ...row,
      })
    },

    /** Puts another block at the head's place, which was not final: these statements make the rows its own. */
    async replaceHead(height: number, ...statements: string[]) {
      const hash = hashOf(height).replace('0x0', '0xb')
      await pool.query('update blocks set hash = $2 where height = $1', [height, hash])
      for (const one of statements) await pool.query(one)
      await this.head(height, { hash, finalized_height: height - 1 })
    },

    block: async (height: number) => {
      await pool.query(
        `insert into blocks (height, hash, parent_hash, timestamp_ms, chain_ms) values ($1, $2, $3, $4, $4)
         on conflict do nothing`,
        [height, hashOf(height), hashOf(height - 1), clockOf(height)],
      )
    },

    async event(row: Row & { height: number; index: number }) {
      await this.block(row.height)
      await insert('events', {
        pallet: 'contracts',
        name: 'Created',
        extrinsic_index: 1,
        accounts: [],
        ...row,
        data: JSON.stringify(row['data'] ?? {}),
      })
    },

    async group({ members = [], ...row }: Row & { id: number; members?: Row[] }) {
      await insert('groups', {
        account: `${GROUP_ACCOUNT.slice(0, -4)}${row.id}`,
        name: `group ${row.id}`,
        creator: ALICE,
        deposit: '1000000000000000000',
        epoch: 0,
        next_proposal: 0,
        created_height: 1,
        changed_height: 1,
        ...THRESHOLDS,
        ...row,
      })
      await this.epoch({ group_id: row.id, epoch: 0 })
      for (const [position, member] of members.entries()) {
        await insert('members', {
          group_id: row.id,
          position,
          weight: 1,
          permissions: ['PROPOSE', 'APPROVE'],
          created_height: 1,
          changed_height: 1,
          ...member,
        })
      }
    },

    epoch: (row: Row & { group_id: number; epoch: number; members?: Row[] }) =>
      insert('group_epochs', {
        ...THRESHOLDS,
        approve_weight: 100,
        created_height: 1,
        ...row,
        members: JSON.stringify(row.members ?? []),
      }),

    async proposal({
      votes = [],
      ...row
    }: Row & {
      group_id: number
      id: number
      votes?: [member: string, vote: string, weight: number][]
    }) {
      await insert('proposals', {
        proposer: ALICE,
        call: '0x1602',
        call_pallet: 'contracts',
        call_name: 'create',
        kind: 'Deploy',
        epoch: 0,
        transaction_version: 1,
        created_at: GENESIS_SECONDS,
        expires: GENESIS_SECONDS + 86_400,
        deposit: '100000000000000000',
        state: 'Open',
        created_height: 1,
        changed_height: 1,
        ...row,
        call_args: JSON.stringify(row['call_args'] ?? { node: 1 }),
      })
      for (const [index, [member, vote, weight]] of votes.entries()) {
        await insert('votes', {
          group_id: row.group_id,
          proposal_id: row.id,
          member,
          vote,
          weight,
          created_height: index + 1,
          changed_height: index + 1,
        })
      }
    },

    node: (row: Row & { id: number }) =>
      insert('nodes', {
        operator: ALICE,
        sealing_key: `0x${'22'.repeat(32)}`,
        sealing_version: 1,
        total_cpu: 4_294_967_295,
        total_memory: 8_192,
        total_storage: 102_400,
        total_gpus: 1,
        total_public_ipv4: 2,
        reserved_cpu: 500,
        reserved_memory: 256,
        reserved_storage: 1_024,
        reserved_gpus: 0,
        reserved_public_ipv4: 0,
        price_cpu: '1000000000000',
        price_memory: '2000000000000',
        price_storage: '0',
        price_gpu: '0',
        price_public_ipv4: '0',
        region: 'eu',
        endpoint: '',
        state: 'Active',
        live: 0,
        contract_count: 0,
        deposit: '10000000000000000000',
        created_height: 1,
        changed_height: 1,
        ...row,
        attributes: JSON.stringify(row['attributes'] ?? []),
      }),

    /** A contract and the specs that its versions name, each with a body of its own. */
    async contract({
      spec = {},
      images = [],
      bodies = [],
      ...row
    }: Row & { id: number; spec?: Row; images?: string[]; bodies?: string[] }) {
      const versions = Number(row['version'] ?? 1)
      await insert('contracts', {
        owner: ALICE,
        node_id: 1,
        state: 'Offered',
        version: versions,
        pending_version: versions,
        escrow: '5000000000000000000',
        paid: '0',
        settled_at: 0,
        created_at: GENESIS_SECONDS + 6,
        deposit: '60000000000000000',
        created_height: 1,
        changed_height: 1,
        ...row,
      })
      for (const digest of images) {
        await insert('contract_images', { contract_id: row.id, digest })
      }
      for (let version = 1; version <= versions; version += 1) {
        const text = bodies[version - 1] ?? JSON.stringify({ name: `contract ${row.id}`, version })
        const hash = bodyHash(text)
        await insert('bodies', {
          hash,
          bytes: Buffer.from(text),
          text,
          reference_count: 1,
          created_height: 1,
          changed_height: 1,
        })
        await insert('specs', {
          contract_id: row.id,
          version,
          body_hash: hash,
          cpu: 500,
          memory: 256,
          storage: 1_024,
          gpus: 0,
          public_ipv4: 0,
          rate: '1012000000000000',
          sealing_version: 1,
          deposit: '6000000000000000',
          deadline: GENESIS_SECONDS + 3_600,
          created_height: 1,
          ...spec,
        })
      }
    },
  }
}

/** The chain's clock at a block. */
export function secondsAt(height: number): number {
  return GENESIS_SECONDS + 6 * height
}

/** The hash of a body, given as its text. */
export function bodyHash(text: string): string {
  return blake2Hash(Buffer.from(text))
}

export function hashOf(height: number): string {
  return `0x${height.toString(16).padStart(64, '0')}`
}
