/**
 * usage: node chain/scripts/error-tables.ts
 *
 * Writes each pallet's errors, and what each asks of its reader, into docs/chain.md: the texts are
 * those that the committed metadata carries, so clients, wallets and docs say the same.
 */
import { decAnyMetadata, unifyMetadata } from '@polkadot-api/substrate-bindings'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { METADATA } from './manifest.ts'

const chain = join(import.meta.dirname, '..')
export const PAGE = join(chain, '../docs/chain.md')
const TABLE = /<!-- errors of (\w+) -->\n[\s\S]*?<!-- end of errors -->/g

/**
 * The page with the tables as the metadata says.
 *
 * @throws {Error} where the page names a pallet that has no errors
 */
export function withErrorTables(page: string): string {
  const metadata = unifyMetadata(decAnyMetadata(readFileSync(join(chain, 'artifacts', METADATA))))
  return page.replace(TABLE, (_, name: string) => {
    const pallet = metadata.pallets.find((one) => one.name.toLowerCase() === name)
    const def = pallet?.errors && metadata.lookup[pallet.errors.type]?.def
    if (def?.tag !== 'variant') throw new Error(`docs/chain.md: ${name} is no pallet with errors`)
    const rows = def.value.map(({ name: error, docs }) => {
      const [what = '', ...todo] = docs.join(' ').trim().split(/(?<=\.) /)
      return `| \`${error}\` | ${what} | ${todo.join(' ')} |`
    })
    return [
      `<!-- errors of ${name} -->`,
      '| error | what it says | what to do |',
      '|---|---|---|',
      ...rows,
      '<!-- end of errors -->',
    ].join('\n')
  })
}

if (import.meta.main) writeFileSync(PAGE, withErrorTables(readFileSync(PAGE, 'utf8')))
