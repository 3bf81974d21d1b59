import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SOCKET } from './url.ts'

/** The longest path that a Unix socket can have (unix(7)). */
const MAX_SOCKET_PATH = 107

/**
 * The folder (mode 0700) for the socket of the data in `dir`, the same one at every start, so that clients of the last
 * one find the next one. It is within `dir`, unless that is too deep for a socket's path: then it is made in the
 * system's folder for temporary files and its name kept in `dir`.
 */
export function socketFolder(dir: string): string {
  const inside = join(dir, 'socket')
  if (isShortEnough(inside)) {
    mkdirSync(inside, { recursive: true, mode: 0o700 })
    return inside
  }
  const note = join(dir, 'socket-folder')
  const noted = existsSync(note) ? readFileSync(note, 'utf8') : undefined
  if (noted !== undefined && isPrivateFolder(noted)) return noted
  const made = mkdtempSync(join(temporaryFolder(), 'covenant-pg-'))
  writeFileSync(note, made)
  return made
}

/** Takes away what {@link socketFolder} made outside of `dir`. */
export function removeSocketFolder(dir: string, folder: string): void {
  if (folder === join(dir, 'socket')) return
  rmSync(folder, { recursive: true, force: true })
  rmSync(join(dir, 'socket-folder'), { force: true })
}

function isShortEnough(folder: string): boolean {
  return Buffer.byteLength(join(folder, SOCKET)) <= MAX_SOCKET_PATH
}

/** Others can make folders in a folder for temporary files too: one that is not ours alone is not used. */
function isPrivateFolder(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false })
  if (!stat?.isDirectory() || (stat.mode & 0o077) !== 0) return false
  const own = process.geteuid?.()
  return own === 0 || stat.uid === own
}

function temporaryFolder(): string {
  for (const folder of [tmpdir(), '/tmp', '/var/tmp', '/dev/shm']) {
    if (isShortEnough(join(folder, 'covenant-pg-xxxxxx')) && isWritable(folder)) return folder
  }
  throw new Error(
    'no folder for temporary files is writable with a path short enough for a Unix socket; set TMPDIR to one',
  )
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
