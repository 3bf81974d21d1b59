import { ConnectionLost, UnexpectedShape } from './errors.ts'
import type { Heads } from './heads.ts'
import type { Rpc } from './rpc.ts'
import type { Block } from './types.ts'

/** How many blocks are asked for at once: enough to hide the time of the way. */
const AHEAD = 8

export type FollowOptions = {
  rpc: Pick<Rpc, 'closedBy'>
  heads: Pick<Heads, 'watch'>
  /** A finalised block by height. */
  block(height: number): Promise<Block>
  from: number
  signal?: AbortSignal | undefined
}

/** Every finalised block from a height on, in order and without a gap. */
export async function* follow(options: FollowOptions): AsyncGenerator<Block, void, undefined> {
  const { rpc, heads, from, signal } = options
  const news = createNews()
  const stopWatching = heads.watch({
    onHead: ({ height }) => news.tell({ height }),
    onEnd: (error) => news.tell({ error }),
  })
  const stop = () => news.tell({ stopped: true })
  signal?.addEventListener('abort', stop, { once: true })

  const fetching: Promise<Block>[] = []
  let before: Block | null = null
  try {
    for (let next = from; ; next++) {
      const head = signal?.aborted ? null : await news.reaches(next)
      if (head === null) return
      while (fetching.length < AHEAD && next + fetching.length <= head) {
        const height = next + fetching.length
        const block = persistently(rpc, () => options.block(height))
        // Told when its turn comes; until then nobody listens.
        block.catch(() => undefined)
        fetching.push(block)
      }
      const block = await news.unlessStopped(fetching.shift())
      if (block === undefined) return
      checkParent(before, block)
      before = block
      yield block
    }
  } finally {
    stopWatching()
    signal?.removeEventListener('abort', stop)
  }
}

/** Asks again as long as the connection may come back. */
async function persistently<T>(rpc: Pick<Rpc, 'closedBy'>, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof ConnectionLost) || rpc.closedBy() !== null) throw error
    }
  }
}

function checkParent(before: Block | null, block: Block) {
  if (before === null || block.parentHash === before.hash) return
  throw new UnexpectedShape(`block ${block.height}.parentHash`, {
    what: `it is ${block.parentHash}, and the finalised block before has the hash ${before.hash}`,
    remedy: 'Finalised blocks never change: this endpoint does not serve one chain. Use another.',
  })
}

type News = { height?: number; error?: Error; stopped?: true }

/** The last thing heard of the head, and whoever waits for more. */
function createNews() {
  const heard: News & { height: number } = { height: -1 }
  let wake = () => {}
  let stop = () => {}

  return {
    tell(news: News) {
      Object.assign(heard, news)
      if (news.stopped) stop()
      wake()
    },
    /** Undefined when stopped. Each wait has a promise of its own: a shared one would keep them all. */
    async unlessStopped<T>(work: Promise<T> | undefined): Promise<T | undefined> {
      if (heard.stopped) return undefined
      const stopped = new Promise<undefined>((resolve) => (stop = () => resolve(undefined)))
      return Promise.race([work, stopped])
    },
    /** The head's height once it is at least this; null when stopped. */
    async reaches(wanted: number): Promise<number | null> {
      for (;;) {
        if (heard.stopped) return null
        if (heard.height >= wanted) return heard.height
        if (heard.error !== undefined) throw heard.error
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}
