/** For tests alone: a PostgreSQL of their own, with as many migrated databases as they ask for. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from './db.ts'
import { migrate } from './migrations/migrate.ts'
import { startPostgres } from './postgres/start.ts'

export type TestPostgres = {
  /** Makes a database with all tables, and nothing in them; returns its url. */
  createDatabase(): Promise<string>
  /** Makes a database without even tables. */
  createEmptyDatabase(): Promise<string>
  /** Ends PostgreSQL and removes all that it kept. */
  stop(): Promise<void>
}

/** Takes about a second; start one per test file and stop it in `after`. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const dir = mkdtempSync(join(tmpdir(), 'covenant-test-'))
  const postgres = await startPostgres({ dir })
  await migrate(postgres.url)

  const maintenance = openDatabase(named(postgres.url, 'postgres'), { connections: 1 })
  let count = 0
  const create = async (template: string) => {
    const name = `test_${++count}`
    await maintenance.pool.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
    return named(postgres.url, name)
  }
  return {
    createDatabase: () => create('covenant'),
    createEmptyDatabase: () => create('template1'),
    async stop() {
      await maintenance.close()
      await postgres.stop()
      rmSync(dir, { recursive: true })
    },
  }
}

function named(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}
