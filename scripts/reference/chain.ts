import { readFile } from 'node:fs/promises'
import { readPallets, type Item } from '@covenant/chain-client/metadata'
import { formatAmount } from '@covenant/schema/amount'
import { cell, code, page, section, table } from './markdown.ts'

const METADATA = new URL('../../chain/artifacts/covenant_runtime.metadata.scale', import.meta.url)
/** Those that are ours; what Polkadot SDK's do is on its own pages. */
const OURS = ['Groups', 'Nodes', 'Contracts', 'Validators', 'Clock']

/** The page of our pallets, from the metadata of the committed runtime. */
export async function chainReference(): Promise<string> {
  const pallets = readPallets(await readFile(METADATA))
  const sections = OURS.map((name) => {
    const pallet = pallets.find((each) => each.name === name)
    if (pallet === undefined) throw new Error(`the runtime has no pallet ${name}`)
    const { index, calls, events, constants } = pallet
    return section(
      2,
      `${name} (${index})`,
      part(
        'Calls',
        calls.map((call) => [String(call.index), signature(call), prose(call)]),
        ['index', 'call', ''],
      ),
      part(
        'Events',
        events.map((event) => [signature(event), prose(event)]),
        ['event', ''],
      ),
      part(
        'Constants',
        constants.map(({ name, value, docs }) => [
          code(name),
          shown(name, value),
          cell(plain(docs)),
        ]),
        ['constant', 'value', ''],
      ),
    )
  })
  const intro =
    'What the calls mean for one another, storage, and each error with what to do is on [the page of the chain](../chain.md).'
  return page('Reference: chain', '`chain/artifacts/covenant_runtime.metadata.scale`', [
    intro,
    ...sections,
  ])
}

function part(title: string, rows: string[][], headings: string[]): string | undefined {
  const made = table(headings, rows)
  return made === undefined ? undefined : section(3, title, made)
}

const signature = ({ name, fields }: Item) =>
  code(cell(`${name}(${fields.map(({ name, type }) => `${name}: ${plain(type)}`).join(', ')})`))

/** Without what only Rust needs. */
const plain = (text: string) =>
  text
    .replaceAll(/\[`(?:Config::)?(\w+)`\]/g, '`$1`')
    .replaceAll('Box<CallOf<T>>', 'Call')
    .replaceAll(/\bT::/g, '')

/** Deposits are money; all else is counted in what its text says. */
function shown(name: string, value: bigint | string): string {
  if (typeof value === 'string') return code(value)
  return name.endsWith('Deposit') ? formatAmount(value) : value.toLocaleString('en')
}

const prose = ({ docs }: Item) => cell(plain(docs))
