import type { Call, EventData } from '@covenant/chain-client'
import type { Mirror } from '../stores/mirror.ts'

/** What a handler has at hand: the rows, as of the block whose event it is. */
export type Context = {
  mirror: Mirror
  height: number
  /** The extrinsic that the event belongs to. */
  extrinsicIndex: number | null
  decodeCall: (hex: string) => Call
}

/**
 * Turns one event into the changes of rows that it stands for. Reads nothing but event and rows, of
 * which stores/needed.ts has to know.
 */
export type Handler<Type extends keyof EventData> = (
  data: EventData[Type],
  context: Context,
) => void

/** One handler for each event of a pallet: a new event does not compile without one. */
export type Handlers<Pallet extends string> = {
  [Type in keyof EventData & `${Pallet}.${string}`]: Handler<Type>
}
