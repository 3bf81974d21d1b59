import type { Log } from '@covenant/service'
import type { Hex } from '@covenant/schema/hash'
import { buildBlock, type BuiltBlock } from './block-builder.ts'
import type { Executor, RuntimeVersion } from './executor.ts'
import { ScaleReader, unwrapBytes } from './scale.ts'
import { CODE_KEY, type Changes, type State } from './state.ts'
import type { Store, StoredBlock } from './store.ts'

export type BlockListener = (block: StoredBlock, changes: Changes) => void

/** One chain without forks: every block is final as soon as it is there. */
export type Chain = {
  readonly genesisHash: Hex
  head(): StoredBlock
  /** The block of that number or hash. */
  block(at: number | Hex): StoredBlock | undefined
  extrinsics(block: StoredBlock): Hex[]
  state(block: StoredBlock): State
  /** What a block changed, as it was left. */
  changes(block: StoredBlock): Changes
  version(block: StoredBlock): Promise<RuntimeVersion>
  metadata(block: StoredBlock): Promise<Hex>
  /** Calls the runtime on the state after `block`. Throws what the executor throws. */
  call(block: StoredBlock, method: string, argument: Hex): Promise<Hex>
  slotDurationMs(): Promise<number>
  /** The time of the head, in milliseconds of the Unix epoch; 0 before the first block. */
  timestampMs(): number
  /**
   * Builds a block on the head, stores it and tells the listeners, one build at a time. Nobody hears
   * of a block that is not on disk.
   */
  extend(options: ExtendOptions): Promise<BuiltBlock>
  /** Calls `listener` with each new block, in order. Returns how to stop it. */
  onBlock(listener: BlockListener): () => void
}

export type ExtendOptions = { timestampMs: number; slot: number; transactions: Hex[] }

/** A runtime that some block runs, and what is known about it. */
type Runtime = {
  code: Hex
  version: Promise<RuntimeVersion>
  metadata?: Promise<Hex>
  slotDurationMs?: Promise<number>
}

/** Two cover an upgrade; a third one lets somebody read blocks from before it. */
const MAX_RUNTIMES = 3

/** twox128("Timestamp") ++ twox128("Now") */
const NOW_KEY: Hex = '0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb'

export type ChainOptions = { store: Store; executor: Executor; log: Log }

/** The chain in `store`, which holds its genesis at least. */
export function createChain({ store, executor, log }: ChainOptions): Chain {
  const genesisHash = store.byNumber(0)!.hash
  let head = store.head()!
  const listeners = new Set<BlockListener>()
  const runtimes = new Map<number, Runtime>()

  const runtimeOf = (block: StoredBlock): Runtime => {
    const setAt = store.codeSetAt(block.number)
    const known = runtimes.get(setAt)
    if (known) return known
    const code = store.stateAt(setAt).get(CODE_KEY)!
    const runtime = { code, version: executor.version(code) }
    if (runtimes.size === MAX_RUNTIMES) runtimes.delete(runtimes.keys().next().value!)
    runtimes.set(setAt, runtime)
    return runtime
  }

  const call = async (block: StoredBlock, method: string, argument: Hex): Promise<Hex> => {
    const { code } = runtimeOf(block)
    const state = store.stateAt(block.number)
    return (await executor.run({ code, state, calls: [[method, argument]] })).result
  }

  const announce = (block: StoredBlock, changes: Changes) => {
    for (const listener of listeners) {
      try {
        listener(block, changes)
      } catch (error) {
        log.error('a listener failed on a block', { number: block.number, error })
      }
    }
  }

  let building: Promise<unknown> = Promise.resolve()
  const extend = async (options: ExtendOptions): Promise<BuiltBlock> => {
    const parent = head
    const { code, version } = runtimeOf(parent)
    const state = store.stateAt(parent.number)
    const built = await buildBlock({
      executor,
      code,
      version: await version,
      parent,
      state,
      ...options,
    })
    store.append(built.block)
    head = built.block
    announce(head, built.block.changes)
    return built
  }

  return {
    genesisHash,
    head: () => head,
    block: (at) => (typeof at === 'number' ? store.byNumber(at) : store.byHash(at)),
    extrinsics: ({ number }) => store.extrinsics(number),
    state: ({ number }) => store.stateAt(number),
    changes: ({ number }) => store.changesOf(number),
    version: (block) => runtimeOf(block).version,
    metadata: (block) => {
      const runtime = runtimeOf(block)
      // The function answers with the metadata behind their length.
      return (runtime.metadata ??= call(block, 'Metadata_metadata', '0x').then(unwrapBytes))
    },
    call,
    slotDurationMs: () =>
      (runtimeOf(head).slotDurationMs ??= call(head, 'AuraApi_slot_duration', '0x').then((answer) =>
        Number(new ScaleReader(answer).u64()),
      )),
    timestampMs: () => {
      const now = store.stateAt(head.number).get(NOW_KEY)
      return now === undefined ? 0 : Number(new ScaleReader(now).u64())
    },
    extend: (options) => {
      const built = building.then(() => extend(options))
      building = built.catch(() => {})
      return built
    },
    onBlock: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
