import { once } from 'node:events'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Binaries } from './binaries.ts'
import { type Launcher, launch } from './launcher.ts'

/** The superuser, and the name of the database. The socket's folder is what keeps others out. */
export const NAME = 'covenant'

/** The cluster's folder within `dir`, whole or absent: it is made beside and moved into place. */
export async function ensureCluster(
  dir: string,
  binaries: Binaries,
  chooseLauncher: (data: string) => Promise<Launcher>,
): Promise<{ data: string; launcher: Launcher }> {
  const data = join(dir, 'data')
  if (existsSync(data)) return { data, launcher: await chooseLauncher(data) }

  const unfinished = join(dir, 'data.new')
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { mode: 0o700 })
  const launcher = await chooseLauncher(unfinished)
  await initialise(unfinished, binaries, launcher)
  renameSync(unfinished, data)
  return { data, launcher }
}

async function initialise(data: string, { initdb }: Binaries, launcher: Launcher): Promise<void> {
  const where = [`--pgdata=${data}`, `--username=${NAME}`, '--auth=trust', '--no-instructions']
  const how = ['--encoding=UTF8', '--locale=C', '--no-sync']
  const child = launch(launcher, initdb, [...where, ...how], { onParentDeath: 'SIGKILL' })
  const said = text(child.stderr!)
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (code === 0) return
  throw new Error(`initdb ended with ${code ?? signal} in ${data}: ${(await said).trim()}`)
}
