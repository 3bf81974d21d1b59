import { readFile } from 'node:fs/promises'
import type { Pool } from 'pg'
import { NO_FILTERS, openSchemaEngine } from './engine.ts'
import { SCHEMA_FILE } from './files.ts'

/** The SQL that makes all tables of prisma/schema.prisma in an empty database. Asks `pool` only for its version. */
export async function scriptFromEmpty(pool: Pool): Promise<string> {
  const file = { path: 'schema.prisma', content: await readFile(SCHEMA_FILE, 'utf8') }
  const engine = await openSchemaEngine(pool)
  try {
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [file] },
      script: true,
      exitCode: null,
      filters: NO_FILTERS,
    })
    return stdout ?? ''
  } finally {
    engine.free()
  }
}
