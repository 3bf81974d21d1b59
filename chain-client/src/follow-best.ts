import { BlockUnavailable, ConnectionLost, UnexpectedShape } from './errors.ts'
import type { Header, Heads } from './heads.ts'
import type { Advance, Block, Hex, KnownChain } from './types.ts'

/** How many blocks that go on from what is known come at once at most. */
const PIECE = 32

export type FollowBestOptions = {
  heads: Pick<Heads, 'finalized' | 'watch' | 'header' | 'watchBest'>
  /** Every finalised block from a height on. */
  follow(options: { from: number; signal?: AbortSignal | undefined }): AsyncIterable<Block>
  block(hash: Hex): Promise<Block>
  known: KnownChain
  signal?: AbortSignal | undefined
}

/**
 * The best chain, from what is known of it. What is final comes first and is never waited for: while
 * it does not come, the best block is looked for and the way back from it to what is known.
 */
export async function* followBest(
  options: FollowBestOptions,
): AsyncGenerator<Advance, void, undefined> {
  const { heads, known, signal } = options
  let base = known.final ?? { height: -1, hash: null }
  /** The hashes of the blocks after the base that were told. */
  let open: readonly Hex[] = known.open
  let finalizedHeight = -1
  const news = createNews()
  const headers = new Map<Hex, Header>()
  const stops = [
    heads.watch({ onHead: ({ height }) => (finalizedHeight = height) }),
    heads.watchBest({ onBest: news.tell, onEnd: news.end }),
  ]
  // Whoever takes no more ends what is waited for, too.
  const ending = new AbortController()
  const stop = AbortSignal.any([ending.signal, ...(signal ? [signal] : [])])
  const finals = options.follow({ from: base.height + 1, signal: stop })[Symbol.asyncIterator]()
  let final = finals.next()
  let search = new AbortController()
  try {
    for (;;) {
      const isBehind = finalizedHeight > base.height
      const found = await Promise.race([
        final.then(({ value }) => ({ final: value ?? null })),
        ...(isBehind
          ? []
          : [nextBranch({ ...options, news, headers, base, open, stale: search.signal })]),
      ])
      if ('branch' in found) {
        const { ancestor, blocks } = found.branch
        const kept = open.slice(0, ancestor - base.height)
        open = [...kept, ...blocks.map(({ hash }) => hash)]
        yield { ancestor, blocks, finalizedHeight: base.height }
        continue
      }
      search.abort()
      search = new AbortController()
      const { final: block } = found
      if (block === null) return
      final = finals.next()
      if (base.hash !== null && block.parentHash !== base.hash) throw leavesFinal(block, base)
      const tip = base.height + open.length
      base = block
      for (const { height, hash } of headers.values())
        if (height <= base.height) headers.delete(hash)
      if (open[0] === block.hash) {
        open = open.slice(1)
        yield { ancestor: tip, blocks: [], finalizedHeight: block.height }
        continue
      }
      open = []
      const atLeast = Math.max(finalizedHeight, block.height)
      yield { ancestor: block.height - 1, blocks: [block], finalizedHeight: atLeast }
    }
  } finally {
    search.abort()
    ending.abort()
    for (const stopWatching of stops) stopWatching()
    // Told to nobody any more.
    await final.catch(() => undefined)
  }
}

type Known = { base: { height: number; hash: Hex | null }; open: readonly Hex[] }
type Branch = { ancestor: number; blocks: Block[] }
type Search = FollowBestOptions & Known & { news: News; headers: Headers; stale: AbortSignal }
/** Those after the base, so that each is asked for once. */
type Headers = Map<Hex, Header>

/** Waits for a best chain that goes another way than what is known. */
async function nextBranch(search: Search): Promise<{ branch: Branch }> {
  const { news, base, stale } = search
  for (;;) {
    const { count, best } = news.heard()
    const branch = best > base.height ? await findBranch(search) : null
    if (branch !== null) return { branch }
    await news.after(count)
    // Nobody waits for it any more.
    stale.throwIfAborted()
  }
}

async function findBranch(search: Search): Promise<Branch | null> {
  const { heads, base, stale } = search
  try {
    const best = await heads.header()
    // Asked for after the best block: what is final at once is not taken for what is not.
    const final = await heads.finalized()
    if (best === null || best.height <= final.height || final.height > base.height) return null
    const way = await wayTo(best, search)
    return way && !stale.aborted ? await readBranch(way, search) : null
  } catch (error) {
    // Another block may be the best meanwhile, and this branch forgotten; or it is asked for again.
    if (error instanceof BlockUnavailable || error instanceof ConnectionLost) return null
    throw error
  }
}

type Way = { ancestor: number; hashes: Hex[] }

/** The way from what is known to this block; null where it leads nowhere new. */
async function wayTo(best: Header, search: Search): Promise<Way | null> {
  const { base, open, stale } = search
  const hashes: Hex[] = []
  for (let at: Header | null = best; at !== null; at = await headerOf(at.parentHash, search)) {
    // An endpoint that is behind says nothing new, nor does one whose best block has others after it.
    if (at.height <= base.height || stale.aborted) return null
    const isKnown = open[at.height - base.height - 1] === at.hash
    if (isKnown)
      return hashes.length > 0 ? { ancestor: at.height, hashes: hashes.toReversed() } : null
    hashes.push(at.hash)
    if (at.height > base.height + 1) continue
    if (at.parentHash === base.hash) return { ancestor: base.height, hashes: hashes.toReversed() }
    throw leavesFinal(at, base)
  }
  return null
}

async function headerOf(hash: Hex, { heads, headers }: Search): Promise<Header | null> {
  const known = headers.get(hash)
  if (known !== undefined) return known
  const header = await heads.header(hash)
  if (header !== null) headers.set(hash, header)
  return header
}

const leavesFinal = ({ height, parentHash }: Omit<Header, 'hash'>, base: Known['base']) =>
  new UnexpectedShape(`block ${height}.parentHash`, {
    what: `it is ${parentHash}, and block ${base.height} is final as ${base.hash}`,
    remedy:
      'What is final never changes: this endpoint does not serve the chain that was read so far. Use another, or begin anew (--fresh, or an empty database).',
  })

async function readBranch({ ancestor, hashes }: Way, search: Search): Promise<Branch> {
  const tip = search.base.height + search.open.length
  const blocks: Block[] = []
  // What replaces others comes whole; what goes on from them, a piece at a time.
  const wanted = ancestor < tip ? hashes : hashes.slice(0, PIECE)
  for (let from = 0; from < wanted.length; from += PIECE) {
    const piece = wanted.slice(from, from + PIECE)
    blocks.push(...(await Promise.all(piece.map((hash) => search.block(hash)))))
  }
  return { ancestor, blocks }
}

type News = ReturnType<typeof createNews>

/** What was heard of the best block, counted, so that nothing is missed while one does not listen. */
function createNews() {
  const heard = { count: 0, best: -1, error: null as Error | null }
  let next = Promise.withResolvers<void>()
  const wake = () => {
    next.resolve()
    next = Promise.withResolvers()
  }
  return {
    heard: () => ({ ...heard }),
    tell(height: number) {
      heard.count += 1
      heard.best = height
      wake()
    },
    end(error: Error) {
      heard.error = error
      wake()
    },
    /** Resolves once more was heard than so many times. */
    async after(count: number): Promise<void> {
      while (heard.count <= count) {
        if (heard.error !== null) throw heard.error
        await next.promise
      }
    },
  }
}
