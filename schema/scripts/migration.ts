/**
 * Writes the first migration anew from prisma/schema.prisma: `node schema/scripts/migration.ts`.
 *
 * For as long as no database has to outlive a change of the tables. After that, a change is one more folder with SQL
 * written by hand; the tests compare what all migrations make with what the schema file says.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import { MIGRATIONS_FOLDER } from '../src/migrations/files.ts'
import { scriptFromEmpty } from '../src/migrations/script.ts'
import { startPostgres } from '../src/postgres/start.ts'

const dir = await mkdtemp(join(tmpdir(), 'covenant-migration-'))
const postgres = await startPostgres({ dir })
const pool = new Pool({ connectionString: postgres.url })

const folder = join(MIGRATIONS_FOLDER, '20261123000000_tables')
await mkdir(folder, { recursive: true })
await writeFile(join(folder, 'migration.sql'), await scriptFromEmpty(pool))

await pool.end()
await postgres.stop()
await rm(dir, { recursive: true })
