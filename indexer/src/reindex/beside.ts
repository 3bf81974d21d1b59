import { HEAD_CHANNEL } from '@covenant/schema/db'
import { readMigrations } from '@covenant/schema/migrations/files'
import type { Pool, PoolClient } from 'pg'

/** The schema in which an index is built beside the one that is read. */
const BESIDE = 'covenant_reindex'
/** Where the old tables are between two statements of one transaction. */
const BEFORE = 'covenant_reindexed'

/**
 * How long the tables' locks are waited for. Below PostgreSQL's `deadlock_timeout` of 1 s: whoever reads
 * several of the tables is never the one who is ended.
 */
const LOCK_MS = 200
const LOCK_NOT_AVAILABLE = '55P03'

/** The database at `url`, where a table's name means the one that is built beside. */
export function besideUrl(url: string): string {
  const beside = new URL(url)
  beside.searchParams.set('options', `-c search_path=${BESIDE}`)
  return beside.href
}

/** Makes the tables beside the live ones, empty, of the same migrations; whatever an earlier run left goes. */
export async function makeBeside(pool: Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(`DROP SCHEMA IF EXISTS ${BESIDE} CASCADE; CREATE SCHEMA ${BESIDE}`)
    await client.query(`SET LOCAL search_path = ${BESIDE}`)
    for (const { sql } of readMigrations()) await client.query(sql)
  })
}

export async function dropBeside(pool: Pool): Promise<void> {
  await pool.query(`DROP SCHEMA IF EXISTS ${BESIDE} CASCADE`)
}

/** What came of it: `behind` and `ahead` are said of the new tables, `busy` of whoever reads or writes the old ones. */
export type TakeOver = 'done' | 'behind' | 'ahead' | 'busy'

/**
 * Puts the tables that were built beside in the place of the live ones, where both are at the same block,
 * or the new ones further and `evenAhead` says that this is right.
 *
 * Who reads is held up for as long as it takes to move names, and sees all of one index or all of the other.
 */
export async function takeOver(
  pool: Pool,
  { evenAhead }: { evenAhead: boolean },
): Promise<TakeOver> {
  try {
    return await inTransaction(pool, async (client) => {
      const tables = await tablesBeside(client)
      await client.query(`SET LOCAL lock_timeout = ${LOCK_MS}`)
      await client.query(`LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE`)
      const { rows } = await client.query<{ ahead: number; isSame: boolean }>(
        `SELECT fresh.height - coalesce(head.height, -1) AS ahead, fresh.hash = head.hash AS "isSame"
         FROM ${BESIDE}.head AS fresh LEFT JOIN head ON true`,
      )
      const { ahead, isSame } = rows[0] ?? { ahead: -1, isSame: false }
      // At the same height but in another branch: the next block says which one goes on.
      if (ahead < 0 || (ahead === 0 && !isSame)) return 'behind'
      if (ahead > 0 && !evenAhead) return 'ahead'
      await move(client, tables)
      return 'done'
    })
  } catch (error) {
    if ((error as { code?: unknown }).code === LOCK_NOT_AVAILABLE) return 'busy'
    throw error
  }
}

async function move(client: PoolClient, tables: string[]): Promise<void> {
  const { rows } = await client.query<{ schema: string }>('SELECT current_schema() AS schema')
  const live = rows[0]?.schema ?? 'public'
  for (const table of tables) {
    for (const grant of await grantsOn(client, table)) await client.query(grant)
  }
  await client.query(`CREATE SCHEMA ${BEFORE}`)
  for (const table of tables)
    await client.query(`ALTER TABLE ${live}.${table} SET SCHEMA ${BEFORE}`)
  await client.query(`DROP SCHEMA ${BEFORE} CASCADE`)
  for (const table of tables) {
    await client.query(`ALTER TABLE ${BESIDE}.${table} SET SCHEMA ${live}`)
  }
  for (const name of await functionsBeside(client)) {
    await client.query(`DROP FUNCTION IF EXISTS ${live}.${name}`)
    await client.query(`ALTER FUNCTION ${BESIDE}.${name} SET SCHEMA ${live}`)
  }
  await client.query(`DROP SCHEMA ${BESIDE}`)
  await client.query('SELECT pg_notify($1, height::text) FROM head', [HEAD_CHANNEL])
}

/** What others than the owner may do with a live table, as statements that let them do it with the new one. */
async function grantsOn(client: PoolClient, table: string): Promise<string[]> {
  const { rows } = await client.query<{ grant: string }>(
    `SELECT format('GRANT %s ON ${BESIDE}.%I TO %s', string_agg(privilege_type, ', '), $1::text,
       CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END) AS grant
     FROM pg_class, aclexplode(relacl)
     WHERE pg_class.oid = $1::regclass AND grantee <> relowner GROUP BY grantee`,
    [table],
  )
  return rows.map(({ grant }) => grant)
}

async function tablesBeside(client: PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT quote_ident(relname) AS name FROM pg_class
     WHERE relnamespace = '${BESIDE}'::regnamespace AND relkind = 'r' ORDER BY relname`,
  )
  return rows.map(({ name }) => name)
}

/** With their arguments: triggers of the tables, and what undoes rows. */
async function functionsBeside(client: PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I(%s)', proname, pg_get_function_identity_arguments(oid)) AS name FROM pg_proc
     WHERE pronamespace = '${BESIDE}'::regnamespace`,
  )
  return rows.map(({ name }) => name)
}

async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    client.release()
    return result
  } catch (error) {
    // Its state is unknown; closing it undoes what was begun.
    client.release(true)
    throw error
  }
}
