/** What this machine has to have. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findBinaries } from '@covenant/schema/postgres/binaries'
import { probeSandbox } from '@covenant/service/sandbox-probe'
import type { Check } from './check.ts'

const NEEDED_NODE = 24

export function checkNodeVersion(version = process.versions.node): Check {
  const name = 'node'
  const detail = `Node ${version}`
  if (Number(version.split('.')[0]) >= NEEDED_NODE) return { name, ok: true, detail }
  const help = `use Node ${NEEDED_NODE}: npx covenant finds the one in the clone, after npm ci`
  return { name, ok: false, detail, help }
}

/** Starts a real sandbox. */
export async function checkSandbox(): Promise<Check> {
  const name = 'sandbox'
  const probe = await probeSandbox()
  return probe.works
    ? { name, ok: true, detail: `bubblewrap ${probe.version} starts a sandbox` }
    : { name, ok: false, detail: probe.message, help: probe.remedy }
}

/** Runs the PostgreSQL that npm installed, unless another one is named. */
export async function checkPostgres(): Promise<Check> {
  const name = 'postgres'
  if (process.env['DATABASE_URL']) {
    return { name, ok: true, detail: 'the one that DATABASE_URL names is used' }
  }
  try {
    const { postgres } = await findBinaries()
    const { stdout } = await promisify(execFile)(postgres, ['--version'])
    return { name, ok: true, detail: stdout.trim() }
  } catch (error) {
    const detail = (error as Error).message.split('\n')[0] ?? ''
    return { name, ok: false, detail, help: 'npm ci, or DATABASE_URL=postgresql://…' }
  }
}
