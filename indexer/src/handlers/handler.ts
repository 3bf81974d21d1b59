import type { Call, EventData } from '@covenant/chain-client'
import type { BodyStore } from '../stores/bodies.ts'
import type { ContractStore } from '../stores/contracts.ts'
import type { GroupStore } from '../stores/groups.ts'
import type { NodeStore } from '../stores/nodes.ts'
import type { ProposalStore } from '../stores/proposals.ts'

/** What a handler has at hand: the rows, as of the block whose event it is. */
export type Context = {
  groups: GroupStore
  proposals: ProposalStore
  nodes: NodeStore
  contracts: ContractStore
  bodies: BodyStore
  decodeCall: (hex: string) => Call
  /** The extrinsic that the event belongs to. */
  extrinsicIndex: number | null
}

/** Turns one event into the changes of rows that it stands for. Reads nothing but event and rows. */
export type Handler<Type extends keyof EventData> = (
  data: EventData[Type],
  context: Context,
) => Promise<void>

/** One handler for each event of a pallet: a new event does not compile without one. */
export type Handlers<Pallet extends string> = {
  [Type in keyof EventData & `${Pallet}.${string}`]: Handler<Type>
}
