/** What a node offers, and for how much: what differs, in words. */
import type { Attribute, Prices } from '@covenant/chain-client'
import type { Resources } from '@covenant/schema'
import { formatAmount } from '@covenant/schema/amount'
import { formatCpu, formatSize } from '@covenant/schema/quantity'
import { table } from '../output.ts'
import { oneLine } from '../visible.ts'

export type Terms = {
  resources: Resources
  prices: Prices
  region: string
  attributes: Attribute[]
}
export type TermChange = { what: string; before: string | null; after: string | null }

/** Only what differs; `before` is null where nothing was offered. */
export function compareTerms(before: Terms | null, after: Terms): TermChange[] {
  const [was, is] = [before === null ? new Map<string, string>() : written(before), written(after)]
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((what) => ({ what, before: was.get(what) ?? null, after: is.get(what) ?? null }))
    .filter(({ before, after }) => before !== after)
}

export function showTerms(changes: readonly TermChange[]): string {
  return table(
    ['WHAT', 'NOW', 'THEN'],
    changes.map(({ what, before, after }) => [what, before, after]),
    'nothing differs',
  )
}

function written({ resources, prices, region, attributes }: Terms): Map<string, string> {
  // As exact as the chain counts: two prices that differ never read the same.
  const price = (units: bigint, of: string) =>
    `${units} units a second, ${formatAmount(units * 86_400n)} a day, for ${of}`
  return new Map([
    ['cpu', formatCpu(resources.cpu)],
    ['memory', formatSize(resources.memory)],
    ['disk', formatSize(resources.storage)],
    ['gpus', String(resources.gpus)],
    ['public IPv4', String(resources.publicIpv4)],
    ['price of cpu', price(prices.cpu, '1m')],
    ['price of memory', price(prices.memory, '1Mi')],
    ['price of disk', price(prices.storage, '1Mi')],
    ['price of gpus', price(prices.gpu, 'one')],
    ['price of IPv4', price(prices.publicIpv4, 'one')],
    ['region', oneLine(region)],
    ...attributes.map(({ key, value }) => [`attribute ${oneLine(key)}`, oneLine(value)] as const),
  ])
}
