import type { EventData, EventOf } from '@covenant/chain-client'
import { contractHandlers } from './contracts.ts'
import { groupHandlers } from './groups.ts'
import type { Context, Handler } from './handler.ts'
import { nodeHandlers } from './nodes.ts'
import { validatorHandlers } from './validators.ts'

const handlers: { [Type in keyof EventData]: Handler<Type> } = {
  ...groupHandlers,
  ...nodeHandlers,
  ...contractHandlers,
  ...validatorHandlers,
}

/** Changes the rows as one event of our pallets says. */
export function handle(event: EventOf, context: Context): void {
  // The table pairs each type with its data, which TypeScript cannot follow through a union.
  const handler = handlers[event.type] as Handler<keyof EventData>
  handler(event.data, context)
}
