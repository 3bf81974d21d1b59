import { Pool } from 'pg'
import { DatabaseUnreachable } from '../unreachable.ts'
import { type Migration, MIGRATIONS_FOLDER, readMigrations } from './files.ts'

/**
 * Any number that nobody else uses for an advisory lock: "cov" in ASCII. The engine takes one of its own as well, but
 * only after what is applied has been read here.
 */
const LOCK = 0x63_6f_76

/** A database whose tables were not made by exactly these migrations, or by more of them. */
export class IncompatibleDatabase extends Error {
  override name = 'IncompatibleDatabase'
}

/**
 * Brings the database at `url` to the tables of prisma/schema.prisma and returns the names of the migrations that it
 * applied, in order; none when there was nothing to do.
 *
 * All of them are applied in one transaction or none is, whenever the process dies. Of two processes at once, the
 * second waits and then finds nothing to do. Throws {@link IncompatibleDatabase} for a database of another version, and
 * {@link DatabaseUnreachable}.
 */
export async function migrate(url: string, migrations = readMigrations()): Promise<string[]> {
  // One connection, so that the engine works inside of the transaction that is begun here.
  const pool = new Pool({ connectionString: url, max: 1, idleTimeoutMillis: 0 })
  try {
    await begin(pool, url)
    await pool.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
    const applied = await applyMissing(pool, migrations)
    await pool.query('COMMIT')
    return applied
  } finally {
    await pool.end()
  }
}

async function begin(pool: Pool, url: string): Promise<void> {
  try {
    await pool.query('BEGIN')
  } catch (error) {
    throw new DatabaseUnreachable(url, error)
  }
}

async function applyMissing(pool: Pool, migrations: Migration[]): Promise<string[]> {
  const applied = await readApplied(pool)
  refuseOthers(applied, migrations)
  if (applied.length === migrations.length) return []

  // Most starts find nothing to do, and need not load it.
  const { NO_FILTERS, openSchemaEngine } = await import('./engine.ts')
  const engine = await openSchemaEngine(pool)
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: listOf(migrations),
      filters: NO_FILTERS,
    })
    return appliedMigrationNames
  } finally {
    engine.free()
  }
}

type Applied = { migration_name: string; checksum: string }

async function readApplied(pool: Pool): Promise<Applied[]> {
  const { rows: found } = await pool.query<{ table: string | null }>(
    `SELECT to_regclass('_prisma_migrations')::text AS table`,
  )
  if (found[0]?.table == null) return []
  const { rows } = await pool.query<Applied>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY migration_name',
  )
  return rows
}

function refuseOthers(applied: Applied[], migrations: Migration[]): void {
  for (const [index, { migration_name: name, checksum }] of applied.entries()) {
    const known = migrations[index]
    if (known?.name === name && known.checksum === checksum) continue
    const newest = migrations.at(-1)?.name ?? 'none'
    throw new IncompatibleDatabase(
      migrations.some((one) => one.name === name)
        ? `the database was made by another build: its migration ${name} is not the one of this version; begin anew (--fresh) or choose another database (DATABASE_URL)`
        : `the database is newer than this version: it has the migration ${name}, the newest one known here is ${newest}; use the version that made it, begin anew (--fresh) or choose another database (DATABASE_URL)`,
    )
  }
}

function listOf(migrations: Migration[]) {
  return {
    baseDir: MIGRATIONS_FOLDER,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } },
    })),
  }
}
