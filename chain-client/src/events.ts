import * as z from 'zod'
import { contractsEvents } from './pallets/contracts.ts'
import { groupsEvents } from './pallets/groups.ts'
import { nodesEvents } from './pallets/nodes.ts'
import { validatorsEvents } from './pallets/validators.ts'
import { toJson } from './plain.ts'
import type { BlockEvent } from './runtime.ts'
import { read } from './shape.ts'
import type { ChainEvent, EventData, EventOf } from './types.ts'

export const shapes = {
  ...groupsEvents,
  ...nodesEvents,
  ...contractsEvents,
  ...validatorsEvents,
} satisfies { [Type in keyof EventData]: z.ZodType<EventData[Type]> }

const neverSeen = z.never('this program does not know such an event')

const OUR_PALLETS = new Set(Object.keys(shapes).map((type) => type.split('.')[0]))

/** One event of a block: ours typed, an unknown one of ours refused, any other as plain JSON. */
export function typeEvent(event: BlockEvent, index: number): ChainEvent {
  const { pallet, name, extrinsicIndex, data } = event
  if (!OUR_PALLETS.has(pallet)) {
    // An event without fields is an empty record, not the absence of one.
    return { type: 'other', pallet, name, index, extrinsicIndex, data: toJson(data ?? {}) }
  }
  const type = `${pallet}.${name}` as keyof EventData
  const shape: z.ZodType = type in shapes ? shapes[type] : neverSeen
  // The table pairs each type with its data, which TypeScript cannot follow through a union.
  const typed = { type, pallet, name, data: read(shape, data, `event ${type}`) }
  return { ...typed, index, extrinsicIndex } as EventOf
}

/** These run a call for somebody else and count as a success whatever became of that call. */
const WRAPPERS: Record<string, string[]> = {
  sudo: ['Sudid', 'SudoAsDone'],
  utility: ['BatchInterrupted', 'ItemFailed', 'DispatchedAs'],
  multisig: ['MultisigExecuted'],
  proxy: ['ProxyExecuted'],
}

/** The error that the call of an extrinsic ended with, by the extrinsic's events; null if none. */
export function errorOf(events: BlockEvent[]): unknown {
  for (const event of events) {
    const error = errorIn(event)
    if (error !== null) return error
  }
  return null
}

function errorIn({ pallet, name, data }: BlockEvent): unknown {
  if (pallet === 'system' && name === 'ExtrinsicFailed') return field(data, 'dispatchError')
  if (!WRAPPERS[pallet]?.includes(name)) return null
  const result = field(data, 'result') ?? field(data, 'sudoResult')
  return field(result, 'success') === false ? field(result, 'value') : field(data, 'error')
}

/** What the signer paid for an extrinsic, by the extrinsic's events. */
export function feeOf(events: BlockEvent[]): bigint {
  const paid = events.find(
    ({ pallet, name }) => pallet === 'transactionPayment' && name === 'TransactionFeePaid',
  )
  const fee = field(paid?.data, 'actualFee')
  return typeof fee === 'bigint' ? fee : 0n
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? ((value as Record<string, unknown>)[name] ?? null)
    : null
