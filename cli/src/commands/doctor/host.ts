/** What this machine has to have. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { promisify } from 'node:util'
import { formatSize } from '@covenant/schema/quantity'
import { findBinaries } from '@covenant/schema/postgres/binaries'
import { INSTALL } from '@covenant/service/installed'
import { findOnPath, probeSandbox } from '@covenant/service/sandbox-probe'
import type { Check } from './check.ts'

const NEEDED_NODE = 24

export function checkNodeVersion(version = process.versions.node): Check {
  const name = 'node'
  const detail = `Node ${version}`
  if (Number(version.split('.')[0]) >= NEEDED_NODE) return { name, ok: true, detail }
  const help = `use Node ${NEEDED_NODE}: the command covenant finds the one that npm installed beside it (${INSTALL})`
  return { name, ok: false, detail, help }
}

const MIB = 1024 ** 2

/** Where state, images and logs are kept. */
export async function checkDisk(folder: string): Promise<Check> {
  const name = 'disk'
  const there = existsSync(folder) ? folder : '.'
  const { bavail, bsize } = await statfs(there)
  const free = Math.floor((bavail * bsize) / MIB)
  const detail = `${formatSize(free < 1024 ? free : free - (free % 1024))} free for ${folder}`
  if (free < LEAST_DISK) return { name, ok: false, detail, help: 'free some, or --data FOLDER' }
  if (free >= ENOUGH_DISK) return { name, ok: true, detail }
  return { name, ok: true, detail, help: 'images may not fit: free some, or --data FOLDER' }
}

/** In MiB: below the first a database stops, the second holds some images. */
const LEAST_DISK = 512
const ENOUGH_DISK = 4096

/** Starts a real sandbox. */
export async function checkSandbox(): Promise<Check> {
  const name = 'sandbox'
  const probe = await probeSandbox()
  const runtimes = ['crun', 'runc'].filter((one) => findOnPath(one, process.env['PATH'] ?? ''))
  const others = runtimes.length === 0 ? '' : `; ${runtimes.join(' and ')} could, for root`
  return probe.works
    ? { name, ok: true, detail: `bubblewrap ${probe.version} starts a sandbox${others}` }
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
    return { name, ok: false, detail, help: `${INSTALL}, or DATABASE_URL=postgresql://…` }
  }
}
