import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const PEERS = join(import.meta.dirname, 'peers')

/** Installs what the peers consist of, once: nothing but this bench needs it. */
export function installPeers(say: (line: string) => void): void {
  if (existsSync(join(PEERS, 'node_modules', '.package-lock.json'))) return
  say('installing Subsquid and SubQuery (once, about 330 MB)')
  // None of their install scripts makes anything that is used here.
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--loglevel=error'], {
    cwd: PEERS,
    stdio: ['ignore', 2, 2],
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`npm ci failed in ${PEERS} (exit ${status})`)
}
