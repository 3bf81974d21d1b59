import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity.ts'

/** Another living process works in the folder. */
export class FolderLocked extends Error {
  override name = 'FolderLocked'
  readonly folder: string
  readonly pid: number
  constructor(folder: string, pid: number) {
    super(`${folder} is in use by process ${pid}; stop it first, or choose another folder`)
    this.folder = folder
    this.pid = pid
  }
}

/**
 * Takes `folder` for this process alone, making it (mode 0700) where it is missing.
 *
 * The lock is the file `lock`, naming its holder; one whose holder no longer lives is taken over,
 * so a SIGKILL blocks nobody. Returns the release. Throws {@link FolderLocked}.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'lock')
  const own = `${file}.${process.pid}`
  writeFileSync(own, JSON.stringify(identifyProcess(process.pid)), { mode: 0o600 })
  try {
    // A link appears whole or not at all, and fails where the name is taken.
    while (!tryLink(own, file)) {
      const holder = readHolder(file)
      if (holder && isAlive(holder)) throw new FolderLocked(folder, holder.pid)
      setAside(file, own)
    }
  } finally {
    rmSync(own, { force: true })
  }
  return () => {
    if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true })
  }
}

/**
 * Removes a dead holder's lock. It is moved before it is judged again, so that of two processes that
 * both saw it dead, the later one finds the earlier one's new lock in its hands and puts it back.
 */
function setAside(file: string, own: string): void {
  const aside = `${own}.aside`
  try {
    renameSync(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const holder = readHolder(aside)
  if (holder && isAlive(holder)) tryLink(aside, file)
  rmSync(aside)
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readHolder(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity
  } catch {
    return undefined
  }
}
