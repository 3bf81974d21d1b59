import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export type LogFile = { write(chunk: Uint8Array): void; close(): void }

/**
 * A log that never grows beyond bounds: when it reaches `maxBytes` it becomes `<path>.1`, replacing
 * the one before, and begins anew.
 */
export function openLogFile(path: string, maxBytes = 1024 * 1024): LogFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  let fd = openSync(path, 'a', 0o600)
  let size = fstatSync(fd).size
  return {
    write: (chunk) => {
      for (let rest = chunk; rest.length > 0;) {
        if (size >= maxBytes) {
          closeSync(fd)
          renameSync(path, `${path}.1`)
          fd = openSync(path, 'a', 0o600)
          size = 0
        }
        const written = writeSync(fd, rest.subarray(0, maxBytes - size))
        size += written
        rest = rest.subarray(written)
      }
    },
    close: () => closeSync(fd),
  }
}
