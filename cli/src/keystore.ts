/** The keys that `covenant keys` keeps: encrypted files that nobody else can read, in the XDG folder. */
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { keystoreAddress } from '@covenant/chain-client'
import { usageError } from './errors.ts'
import { readSecretFile } from './secret-file.ts'

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/

export type StoredKey = { name: string; address: string; file: string }

export function keysFolder(): string {
  const data = process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share')
  return join(data, 'covenant', 'keys')
}

/** The file of a stored key, where there is one of that name. */
export function storedKeyFile(name: string): string | undefined {
  if (!NAME.test(name)) return undefined
  const file = join(keysFolder(), `${name}.json`)
  return existsSync(file) ? file : undefined
}

export function listKeys(): StoredKey[] {
  if (!existsSync(keysFolder())) return []
  return readdirSync(keysFolder())
    .filter((name) => name.endsWith('.json') && NAME.test(name.slice(0, -5)))
    .sort()
    .map((name) => readKey(name.slice(0, -5)))
}

/** @throws CliError where there is no such key */
export function readKey(name: string): StoredKey {
  const file = storedKeyFile(name)
  if (file === undefined) {
    throw usageError(`There is no key ${name} in ${keysFolder()}; "covenant keys list" shows them`)
  }
  return { name, file, address: keystoreAddress(readSecretFile(file)) }
}

/** Never over another. @throws CliError */
export async function storeKey(name: string, json: string): Promise<string> {
  requireKeyName(name)
  const folder = keysFolder()
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, `${name}.json`)
  try {
    await writeFile(file, `${json}\n`, { mode: 0o600, flag: 'wx', flush: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw usageError(`There is a key ${name} already (${file}): choose another name`)
  }
  return file
}

/** @throws CliError before any password is asked for */
export function requireKeyName(name: string): void {
  if (!NAME.test(name)) {
    throw usageError(
      `${name} is no name of a key: lower-case letters, digits, . _ and -, as in "alice"`,
    )
  }
  const file = storedKeyFile(name)
  if (file !== undefined) {
    throw usageError(`There is a key ${name} already (${file}): choose another name`)
  }
}
