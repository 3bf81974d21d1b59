import { readFileSync, statSync } from 'node:fs'
import { CliError, usageError } from './errors.ts'
import { EXIT } from './exit-codes.ts'

/** @throws CliError with code 8 where others can read it */
export function readSecretFile(file: string, flag = '--key'): string {
  let mode: number
  let text: string
  try {
    ;({ mode } = statSync(file))
    text = readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw usageError(
      `${flag} ${file}: no such file, nor a key of "covenant keys list"; give one, or //Alice on a development chain`,
      { cause: error },
    )
  }
  if ((mode & 0o077) === 0) return text
  throw new CliError(`others can read ${file}: chmod 600 ${file}`, EXIT.keyRefused)
}
