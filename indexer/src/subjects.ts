import type { ChainEvent } from '@covenant/chain-client'

export type Subjects = {
  group: number | null
  proposal: number | null
  node: number | null
  contract: number | null
  /** Every account that the event names, each once. */
  accounts: string[]
}

/** An address of prefix 42: 35 bytes in base 58, which begin with a 5. */
const ADDRESS = /^5[1-9A-HJ-NP-Za-km-z]{46,47}$/

/** What an event is about, so that it can be found by it. Only our own pallets' fields name our things. */
export function subjectsOf(event: ChainEvent): Subjects {
  const data: Record<string, unknown> = event.type === 'other' ? {} : event.data
  const id = (name: string) => (typeof data[name] === 'number' ? data[name] : null)
  return {
    group: id('group'),
    proposal: id('proposal'),
    node: id('node'),
    contract: id('contract'),
    accounts: [...new Set(stringsIn(event.data).filter((text) => ADDRESS.test(text)))],
  }
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(stringsIn)
}
