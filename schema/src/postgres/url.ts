import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { NAME } from './cluster.ts'

/** libpq's and node-postgres's common way to name a socket's folder. */
export function urlOf(sockets: string, database: string): string {
  return `postgresql://${NAME}@localhost/${database}?host=${encodeURIComponent(sockets)}`
}

/** Where the embedded PostgreSQL on the folder `dir` is to be reached; undefined where none runs there. */
export function runningUrl(dir: string): string | undefined {
  if (!existsSync(dir)) return undefined
  const home = realpathSync(dir)
  const note = join(home, 'socket-folder')
  const folders = [join(home, 'socket'), ...(existsSync(note) ? [readFileSync(note, 'utf8')] : [])]
  const sockets = folders.find((folder) => existsSync(join(folder, SOCKET)))
  return sockets && urlOf(sockets, NAME)
}

/** The file that PostgreSQL makes while it runs. */
export const SOCKET = '.s.PGSQL.5432'
