import type { Log } from '@covenant/service'
import type { Author } from '../author.ts'
import type { Chain } from '../chain.ts'
import type { Pool } from '../pool.ts'
import type { Params } from './params.ts'

/** What the methods work with. */
export type Node = { chain: Chain; pool: Pool; author: Author; log: Log }

/** One client, for as long as it is connected. */
export type Connection = {
  /** Ends a subscription; false where this client has none of that id. */
  unsubscribe(id: string): boolean
}

export type Method = (params: Params, connection: Connection) => unknown
export type Methods = Record<string, Method>

export type Sink = {
  /** What the client knows the subscription by. */
  id: string
  notify: (result: unknown) => void
  /** Resolves when the client has read what it was sent, and has no questions about it. */
  settled: () => Promise<void>
  /** The subscription is over from here on; nothing is sent about that. */
  end: () => void
}

/** An answer that is a subscription: the client gets its id first, and only then does it start. */
export class Subscription {
  readonly notification: string
  readonly start: (sink: Sink) => () => void

  /**
   * @param notification the method of the messages that it sends
   * @param start begins it and returns how to stop it
   */
  constructor(notification: string, start: (sink: Sink) => () => void) {
    this.notification = notification
    this.start = start
  }
}

/** An answer with work that begins when the client has it. */
export class Started {
  readonly answer: unknown
  readonly work: () => void

  constructor(answer: unknown, work: () => void) {
    this.answer = answer
    this.work = work
  }
}

/** The method by which subscriptions of a kind are ended. */
export function unsubscriber(): Method {
  return (params, connection) => connection.unsubscribe(params.text(0, 'subscription'))
}
