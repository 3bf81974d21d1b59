import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPallets } from '@covenant/chain-client/metadata'
import { code, cell, table } from './markdown.ts'

const root = join(import.meta.dirname, '../..')
const METADATA = join(root, 'chain/artifacts/covenant_runtime.metadata.scale')
/** The page whose tables of errors are written, between their two marks; all else of it is by hand. */
export const ERRORS_PAGE = join(root, 'docs/chain.md')
const TABLE = /<!-- errors of (\w+) -->\n[\s\S]*?<!-- end of errors -->/g

/**
 * The page with each pallet's errors, and what each asks of its reader, as the committed runtime's
 * metadata has them: clients, wallets and docs say the same.
 *
 * @throws {Error} where the page names a pallet that has no errors
 */
export function withErrorTables(text: string): string {
  const pallets = readPallets(readFileSync(METADATA))
  return text.replace(TABLE, (_, name: string) => {
    const pallet = pallets.find((one) => one.name.toLowerCase() === name)
    const rows = (pallet?.errors ?? []).map(({ name: error, docs }) => {
      const [what = '', ...todo] = cell(docs).split(/(?<=\.) /)
      return [code(error), what, todo.join(' ')]
    })
    const made = table(['error', 'what it says', 'what to do'], rows)
    if (made === undefined) throw new Error(`docs/chain.md: ${name} is no pallet with errors`)
    return `<!-- errors of ${name} -->\n${made}\n<!-- end of errors -->`
  })
}
