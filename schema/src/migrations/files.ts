import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const SCHEMA_FILE = join(import.meta.dirname, '../../prisma/schema.prisma')
export const MIGRATIONS_FOLDER = join(import.meta.dirname, '../../prisma/migrations')

/** One folder of prisma/migrations; `checksum` is what Prisma notes beside an applied one. */
export type Migration = { name: string; sql: string; checksum: string }

/** All migrations in the order in which they are applied. */
export function readMigrations(folder = MIGRATIONS_FOLDER): Migration[] {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
  return names.sort().map((name) => {
    const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8')
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
  })
}
