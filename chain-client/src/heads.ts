import type { ApiPromise } from '@polkadot/api'
import * as z from 'zod'
import type { Rpc } from './rpc.ts'
import { read } from './shape.ts'
import type { Head, Hex } from './types.ts'

export type Heads = {
  finalized: () => Promise<Head>
  /** A block's header; that of the best block where none is named, and null where it is not there. */
  header: (hash?: Hex) => Promise<Header | null>
  /** Tells of the best block's height now, and each time that another one is the best. Returns what stops it. */
  watchBest: (watcher: BestWatcher) => () => void
  /** Tells of the finalised head now and of each later one that is seen; heights rise. */
  watch: (watcher: Watcher) => () => void
}

export type Header = Head & { parentHash: Hex }

export type Watcher = {
  onHead: (head: Head) => void
  /** Nothing comes any more: the connection ended for good. */
  onEnd?: (error: Error) => void
}

export type BestWatcher = { onBest: (height: number) => void; onEnd: (error: Error) => void }

export const headerShape = z.object({ number: z.string(), parentHash: z.custom<Hex>() })

/** One subscription for however many watch; the API makes it again with the connection. */
export function createHeads(api: ApiPromise, rpc: Rpc): Heads {
  /** With the height each was told of last. */
  const watchers = new Map<Watcher, number>()
  let last: Head | null = null
  let subscription: Promise<() => void> | null = null

  async function finalized(): Promise<Head> {
    const hash = await api.rpc.chain.getFinalizedHead()
    const header = await api.rpc.chain.getHeader(hash)
    return { height: header.number.toNumber(), hash: hash.toHex() }
  }

  function tell(watcher: Watcher) {
    const told = watchers.get(watcher)
    if (told === undefined || last === null || last.height <= told) return
    watchers.set(watcher, last.height)
    watcher.onHead(last)
  }

  function hear(head: Head) {
    if (last === null || head.height > last.height) last = head
    for (const watcher of [...watchers.keys()]) tell(watcher)
  }

  function end(error: Error) {
    const ended = [...watchers.keys()]
    watchers.clear()
    for (const watcher of ended) watcher.onEnd?.(error)
  }

  function subscribe() {
    const subscribing = api.rpc.chain.subscribeFinalizedHeads((header) =>
      hear({ height: header.number.toNumber(), hash: header.hash.toHex() as Hex }),
    )
    subscribing.catch((error: unknown) => {
      if (subscription === subscribing) subscription = null
      end(error instanceof Error ? error : new Error(String(error)))
    })
    return subscribing
  }

  async function unsubscribe() {
    const stop = await subscription
    if (watchers.size > 0 || stop === null) return
    subscription = null
    stop()
  }

  rpc.onClosed(end)

  async function header(named?: Hex): Promise<Header | null> {
    if (named === undefined) {
      const best = await api.rpc.chain.getHeader()
      const { number, parentHash } = best
      const [hash, parent] = [best.hash.toHex() as Hex, parentHash.toHex()]
      return { height: number.toNumber(), hash, parentHash: parent }
    }
    const answer = await rpc.request('chain_getHeader', [named])
    const found = read(headerShape.nullable(), answer, 'chain_getHeader')
    return found && { height: Number(found.number), hash: named, parentHash: found.parentHash }
  }

  return {
    finalized,
    header,
    watchBest({ onBest, onEnd }) {
      const subscribing = api.rpc.chain.subscribeNewHeads(({ number }) => onBest(number.toNumber()))
      subscribing.catch(onEnd)
      return () => void subscribing.then((stop) => stop()).catch(() => undefined)
    },
    watch(watcher) {
      watchers.set(watcher, -1)
      subscription ??= subscribe()
      queueMicrotask(() => {
        const closed = rpc.closedBy()
        if (closed === null) tell(watcher)
        else end(closed)
      })
      return () => {
        if (watchers.delete(watcher) && watchers.size === 0) unsubscribe().catch(() => undefined)
      }
    },
  }
}
