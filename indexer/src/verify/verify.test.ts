import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Block, Permission } from '@covenant/chain-client'
import { type Audit, openAudit } from '@covenant/chain-client/audit'
import { type Database, openDatabase } from '@covenant/schema/db'
import { startTestPostgres, type TestPostgres } from '@covenant/schema/testing'
import type { PoolClient } from 'pg'
import { commit } from '../commit.ts'
import { indexAll, make, people, startTestChain, type TestChain } from '../testing/chain.ts'
import { playBeginning, playEnd } from '../testing/everything.ts'
import { hashOf } from '../testing/story.ts'
import { createDifferences, type Difference, type Differences } from './difference.ts'
import { compareState } from './state.ts'
import { verify } from './verify.ts'

let postgres: TestPostgres
let world: TestChain
let audit: Audit
let columns: Column[]
before(async () => {
  postgres = await startTestPostgres()
  world = await startTestChain()
  await playBeginning(world)
  await playEnd(world)
  await playUndecided(world)
  audit = await openAudit({ endpoint: world.url, timeoutMs: 10_000 })
  columns = await withRows(listColumns)
})
after(async () => {
  await audit.close()
  await world.stop()
  await postgres.stop()
})

/** One proposal more, which its proposer's vote leaves open. */
async function playUndecided({ chain }: TestChain): Promise<void> {
  const { groups, balances } = chain.calls
  const { alice, bob } = people
  const members = [alice, bob].map(({ address }) => ({
    ...{ account: address, weight: 1, permissions: ['PROPOSE', 'APPROVE'] as Permission[] },
  }))
  const call = balances.transferKeepAlive({ to: bob.address, amount: 1n })
  const first = { call, expires: (await chain.clock.now()) + 86_400 }
  const thresholds = { deploy: 2, cancel: 2, spend: 2, govern: 2 }
  await make(chain, groups.createGroup({ name: 'two', members, thresholds, first }), alice)
}

/** Indexes the chain anew, so that whatever is done to the rows is nobody else's. */
async function withRows<T>(use: (db: Database) => Promise<T>): Promise<T> {
  const db = openDatabase(await postgres.createDatabase(), { pipeline: true })
  try {
    await indexAll(world, db)
    return await use(db)
  } finally {
    await db.close()
  }
}

type Column = { table: string; column: string; type: string; isKey: boolean }

/** Every column that says something of the chain; `head.single` apart, which has but one possible value. */
async function listColumns({ pool }: Database): Promise<Column[]> {
  const { rows } = await pool.query<Column>(
    `SELECT relname AS "table", attname AS "column", format_type(atttypid, NULL) AS type,
       attnum = ANY (indkey) AS "isKey"
     FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
       JOIN pg_index ON indrelid = pg_class.oid AND indisprimary
     WHERE relnamespace = 'public'::regnamespace AND relname NOT IN ('undo', '_prisma_migrations') AND attname <> 'single'
     ORDER BY relname, attnum`,
  )
  return rows
}

/** SQL for another value than the one that a row has. */
function otherValue({ column, type }: Column): string {
  const forms: Record<string, string> = {
    bigint: `coalesce(${column}, 0) + 1000003`,
    integer: `coalesce(${column}, 0) + 1000003`,
    numeric: `coalesce(${column}, 0) + 1000003`,
    text: `coalesce(${column}, '') || 'x'`,
    'text[]': `array_append(${column}, 'x')`,
    jsonb: `jsonb_build_array(${column})`,
    bytea: `${column} || '\\x00'`,
  }
  return (
    forms[type] ?? assert.fail(`${column} has the type ${type}, of which no other value is known`)
  )
}

/** Runs statements as a disk or a hand would that corrupts rows: foreign keys are not asked. */
async function unchecked<T>(
  { pool }: Database,
  use: (connection: PoolClient) => Promise<T>,
): Promise<T> {
  const connection = await pool.connect()
  try {
    await connection.query('SET session_replication_role = replica')
    return await use(connection)
  } finally {
    connection.release(true)
  }
}

/** Changes these columns in one row of their table. */
const corrupt = (db: Database, changed: Column[]) =>
  unchecked(db, async (connection) => {
    for (const [table, ofTable] of Map.groupBy(changed, ({ table }) => table)) {
      const assignments = ofTable.map((one) => `${one.column} = ${otherValue(one)}`)
      const { rowCount } = await connection.query(
        `UPDATE ${table} SET ${assignments.join(', ')} WHERE ctid = (SELECT ctid FROM ${table} ORDER BY ctid LIMIT 1)`,
      )
      assert.equal(rowCount, 1, `${table} has a row`)
    }
  })

const names = (list: { table: string; column: string | null }[]) =>
  new Set(list.map(({ table, column }) => `${table}.${column}`))

test('rows that equal the chain have no difference', async () => {
  const { height } = await world.chain.finalizedHead()
  const verdict = await withRows(({ pool }) => verify({ pool, audit }))
  assert.deepEqual(verdict.differences, [])
  assert.equal(verdict.count, 0)
  assert.ok(verdict.height >= height)
  for (const [table, count] of Object.entries(verdict.rows)) assert.ok(count > 0, table)
})

/** Rows whose last blocks are not final, and an auditor to whom these become final when it waits. */
async function withOpenRows(
  last: (block: Block) => Block,
  use: (db: Database, lagging: Audit, commitLast: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const db = openDatabase(await postgres.createDatabase(), { pipeline: true })
  const { chain } = world
  const { height } = await chain.finalizedHead()
  const blocks: Block[] = []
  for (let at = 0; at <= height; at += 1) blocks.push(await chain.block(at))
  const options = { pool: db.pool, decodeCall: chain.decodeCall, finalizedHeight: height - 3 }
  const open = [...blocks.slice(-3, -1), last(blocks.at(-1)!)]
  let from = await commit({ ...options, from: null, blocks: blocks.slice(0, -3) })
  from = await commit({ ...options, from, blocks: open })
  let isFinal = false
  const lagging: Audit = {
    ...audit,
    async finalizedHead() {
      const { hash } = await chain.block(isFinal ? height : height - 3)
      return { height: isFinal ? height : height - 3, hash }
    },
    async untilFinal() {
      isFinal = true
    },
  }
  const commitLast = async () =>
    void (await commit({ ...options, from, ancestor: height - 1, blocks: blocks.slice(-1) }))
  await use(db, lagging, commitLast)
  await db.close()
}

test('rows of a block that is not final are compared once it is', async () => {
  await withOpenRows(
    (block) => block,
    async ({ pool }, lagging) => {
      const waited: number[] = []
      const onWait = ({ height }: { height: number }) => waited.push(height)
      const { differences, height } = await verify({ pool, audit: lagging, onWait })
      assert.deepEqual(differences, [])
      assert.deepEqual(waited, [height])
    },
  )
})

test('rows of a branch that came to nothing are left for those that the indexer has in their place', async () => {
  await withOpenRows(
    (block) => ({ ...block, hash: hashOf(block.height, 'b') }),
    async ({ pool }, lagging, commitLast) => {
      let waits = 0
      const untilFinal = async (height: number) => {
        waits += 1
        await lagging.untilFinal(height)
        if (waits === 1) await commitLast()
      }
      const { differences, hash } = await verify({ pool, audit: { ...lagging, untilFinal } })
      assert.deepEqual(differences, [])
      assert.doesNotMatch(hash, /^0x62/)
      assert.equal(waits, 2)
    },
  )
})

test('a changed value is found in each column of each table, by its name', async () => {
  const changed = columns.filter(({ table, isKey }) => table !== 'head' && !isKey)
  const verdict = await withRows(async (db) => {
    await corrupt(db, changed)
    return verify({ pool: db.pool, audit })
  })
  assert.deepEqual(names(changed).difference(names(verdict.differences)), new Set())
  assert.equal(verdict.count, verdict.differences.length)
})

test('a changed key is found in each table: one row is missing, and another too many', async () => {
  const keys = columns.filter(({ table, isKey }) => table !== 'head' && isKey)
  const rounds = Map.groupBy(keys, ({ table, column }) =>
    keys.filter((key) => key.table === table).findIndex((key) => key.column === column),
  )
  // The first columns of all keys in one round, the second ones in the next.
  for (const changed of rounds.values()) {
    const { differences } = await withRows(async (db) => {
      await corrupt(db, changed)
      return verify({ pool: db.pool, audit })
    })
    const whole = differences.filter(({ column }) => column === null)
    for (const { table, column } of changed) {
      const ofTable = whole.filter((one) => one.table === table)
      const said = `${table}.${column}: ${JSON.stringify(ofTable)}`
      assert.ok(
        ofTable.some(({ rows }) => rows === null),
        said,
      )
      assert.ok(
        ofTable.some(({ chain }) => chain === null),
        said,
      )
    }
  }
})

for (const column of [
  'genesis_hash',
  'height',
  'hash',
  'timestamp_ms',
  'chain_ms',
  'finalized_height',
  'transaction_version',
]) {
  test(`a changed head is found: its ${column}`, async () => {
    const [found, ...others] = await withRows(async (db) => {
      await corrupt(
        db,
        columns.filter((one) => one.table === 'head' && one.column === column),
      )
      return (await verify({ pool: db.pool, audit })).differences
    })
    assert.equal(found?.table, 'head')
    assert.equal(found.column, column)
    assert.notEqual(found.rows, found.chain)
    // Without the height there is nothing to compare the rest at.
    if (column !== 'height') assert.deepEqual(others, [])
  })
}

/** What the storage forgets, or never knew: when and where something happened, and what is over. */
const HISTORY: Record<string, string[]> = {
  days: [
    ...['contracts_created', 'contracts_closed', 'spent'],
    ...['contracts_offered', 'contracts_running', 'contracts_suspended'],
    ...['nodes_active', 'nodes_draining', 'nodes_retired'],
    ...['total_cpu', 'total_memory', 'total_storage', 'total_gpus', 'total_public_ipv4'],
    ...[
      'reserved_cpu',
      'reserved_memory',
      'reserved_storage',
      'reserved_gpus',
      'reserved_public_ipv4',
    ],
  ],
  groups: ['created_height', 'changed_height'],
  members: ['created_height', 'changed_height'],
  group_epochs: ['created_height'],
  proposals: [
    ...['call_pallet', 'call_name', 'call_args', 'created_height', 'created_extrinsic'],
    ...['changed_height', 'closed_height', 'closed_extrinsic'],
  ],
  votes: ['weight', 'created_height', 'changed_height'],
  nodes: ['created_height', 'changed_height'],
  contracts: [
    ...['paid', 'refund', 'created_height', 'created_extrinsic', 'changed_height', 'closed_height'],
    'name',
  ],
  specs: ['created_height', 'accepted_height', 'decline_reason'],
  bodies: ['text', 'created_height', 'changed_height', 'name', 'image_digests'],
  body_holders: ['created_height'],
}

/** Compares rows that were corrupted with the storage alone. */
const storageTells = (
  differences: Differences,
  corrupt: (connection: PoolClient) => Promise<void>,
) =>
  withRows((db) =>
    unchecked(db, async (connection) => {
      await corrupt(connection)
      const { rows } = await connection.query<{ hash: string }>('SELECT hash FROM head')
      await connection.query('BEGIN')
      await compareState(connection, audit.storage(rows[0]?.hash ?? ''), differences)
    }),
  )

test('the storage alone tells of every column but those that are history', async () => {
  const expected = columns.filter(
    ({ table, column, isKey }) => HISTORY[table]?.includes(column) === false && !isKey,
  )
  const differences = createDifferences()
  await storageTells(differences, async (connection) => {
    // Of all rows: which of them the storage still has is what the comparison knows.
    for (const [table, ofTable] of Map.groupBy(expected, ({ table }) => table)) {
      const unique = ofTable.map((one) => `${one.column} = ${otherValue(one)}`)
      await connection.query(`UPDATE ${table} SET ${unique.join(', ')}`)
    }
  })
  const missed = names(expected).difference(names(differences.list()))
  assert.deepEqual(missed, new Set())
})

test('a row that the storage has not is named, and so is one that the rows have not', async () => {
  const differences = createDifferences()
  await storageTells(differences, async (connection) => {
    await connection.query(`DELETE FROM contracts WHERE id = 3`)
    await connection.query(
      `INSERT INTO members SELECT group_id, 'nobody', 9, 1, permissions, created_height, changed_height FROM members WHERE group_id = 1 LIMIT 1`,
    )
  })
  const whole: Difference[] = differences.list().filter(({ column }) => column === null)
  assert.deepEqual(
    whole.map(({ table, key, rows, chain }) => ({ table, key, rows, chain })),
    [
      { table: 'members', key: { group_id: '1', account: 'nobody' }, rows: 'a row', chain: null },
      { table: 'contracts', key: { id: '3' }, rows: null, chain: 'a row' },
    ],
  )
})

test('a height that the rows are not of is refused, naming the one that they are of', async () => {
  await withRows(async ({ pool }) => {
    await assert.rejects(verify({ pool, audit, at: 1 }), {
      name: 'NotThere',
      message: /^the rows are of block \d+, not 1: /,
    })
  })
})

test('rows of another chain are refused in one sentence', async () => {
  await withRows(async ({ pool }) => {
    await pool.query('UPDATE head SET genesis_hash = $1, hash = $2', [hashOf(0), hashOf(9)])
    await assert.rejects(verify({ pool, audit }), { name: 'AnotherChain' })
  })
})

test('a database without rows is refused, saying what to start', async () => {
  const db = openDatabase(await postgres.createDatabase(), { pipeline: true })
  await assert.rejects(verify({ pool: db.pool, audit }), { name: 'NotThere', message: /npm start/ })
  await db.close()
})
