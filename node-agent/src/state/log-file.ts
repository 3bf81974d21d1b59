import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export type LogFile = { write(chunk: Uint8Array): void; close(): void }

export type LogFileOptions = {
  /** @default 1 MiB */
  maxBytes?: number
  /** Told when output begins to be lost: the disk is full, for one. What writes it goes on. */
  onLost?: (error: Error) => void
}

/**
 * A log that never grows beyond bounds: when it reaches `maxBytes` it becomes `<path>.1`, replacing
 * the one before, and begins anew.
 */
export function openLogFile(
  path: string,
  { maxBytes = 1024 * 1024, onLost = () => {} }: LogFileOptions = {},
): LogFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  let fd: number | undefined
  let size = 0
  const open = () => {
    fd = openSync(path, 'a', 0o600)
    size = fstatSync(fd).size
    return fd
  }
  const close = () => {
    if (fd !== undefined) closeSync(fd)
    fd = undefined
  }
  const writeAll = (chunk: Uint8Array) => {
    for (let rest = chunk; rest.length > 0;) {
      if (size >= maxBytes) {
        close()
        renameSync(path, `${path}.1`)
        size = 0
      }
      const written = writeSync(fd ?? open(), rest.subarray(0, maxBytes - size))
      size += written
      rest = rest.subarray(written)
    }
  }

  open()
  let isLosing = false
  return {
    write: (chunk) => {
      try {
        writeAll(chunk)
        isLosing = false
      } catch (error) {
        if (!isLosing) onLost(error as Error)
        isLosing = true
      }
    },
    close,
  }
}
