import type { Hex } from '@covenant/schema/hash'
import {
  type Executor,
  type RunResult,
  RunTimedOut,
  type RuntimeCall,
  RuntimeTrapped,
  type RuntimeVersion,
} from './executor.ts'
import {
  auraPreRuntime,
  decodeHeader,
  encodeHeader,
  hashHeader,
  type Header,
  ZERO_HASH,
} from './header.ts'
import { encodeBytes, encodeCompact, encodeU64, ScaleReader, toHex } from './scale.ts'
import { overlay, type Changes, type State } from './state.ts'
import type { NewBlock, StoredBlock } from './store.ts'
import { decodeApplied, type Refusal } from './validity.ts'

export type BuildOptions = {
  executor: Executor
  code: Hex
  version: RuntimeVersion
  parent: StoredBlock
  /** Storage after `parent`. */
  state: State
  timestampMs: number
  slot: number
  /** In the order in which they are to be tried. */
  transactions: Hex[]
}

export type BuiltBlock = {
  block: NewBlock
  /** How many of the transactions, from the first on, are in the block. */
  included: number
  /** Why the next one is not; the ones behind it were not tried. */
  refusal?: Refusal
}

/** `:extrinsic_index`: how many extrinsics were applied so far. */
const EXTRINSIC_INDEX_KEY: Hex = '0x3a65787472696e7369635f696e646578'

const FINALIZE: RuntimeCall = ['BlockBuilder_finalize_block', '0x']

/**
 * Builds the block after `parent` as a validator's node would: the runtime initialises it, makes its
 * inherents, applies them and the transactions, and writes the header. Only its state root stays
 * zero, since no trie is kept.
 */
export async function buildBlock(options: BuildOptions): Promise<BuiltBlock> {
  const { parent, timestampMs, slot, transactions } = options
  const draft = createDraft(options)
  const start = encodeHeader({
    parentHash: parent.hash,
    number: parent.number + 1,
    stateRoot: ZERO_HASH,
    extrinsicsRoot: ZERO_HASH,
    logs: [auraPreRuntime(encodeU64(slot))],
  })
  const opened = await draft.run([
    ['Core_initialize_block', start],
    ['BlockBuilder_inherent_extrinsics', encodeInherentData(timestampMs, slot)],
  ])
  opened.keep()

  const inherents = splitExtrinsics(opened.result)
  const extrinsics = [...inherents, ...transactions]
  const whole = await applyAll(options, draft, extrinsics)
  const { header, applied, refusal } = whole ?? (await applyWhatGoes(draft, extrinsics))
  if (applied < inherents.length) {
    throw new Error(`the runtime refused its own inherent: ${refusal?.message}`)
  }
  const encoded = encodeHeader({ ...header, stateRoot: ZERO_HASH })
  return {
    block: {
      number: header.number,
      hash: hashHeader(encoded),
      parentHash: parent.hash,
      header: encoded,
      extrinsics: extrinsics.slice(0, applied),
      changes: draft.changes,
    },
    included: applied - inherents.length,
    ...(refusal && { refusal }),
  }
}

/** The state of a block that is being built. */
type Draft = {
  changes: Changes
  state(): State
  /** What the calls would do to the draft; only `keep` does it. */
  run(calls: RuntimeCall[]): Promise<RunResult & { keep(): void }>
}

function createDraft({ executor, code, state: base }: BuildOptions): Draft {
  const changes: Changes = new Map()
  const state = () => overlay(base, changes)
  return {
    changes,
    state,
    run: async (calls) => {
      const ran = await executor.run({ code, state: state(), calls })
      return { ...ran, keep: () => ran.changes.forEach((value, key) => changes.set(key, value)) }
    },
  }
}

type Applied = { header: Header; applied: number; refusal?: Refusal | undefined }

/**
 * Applies everything and finishes the block in one run, which is by far the cheapest way. The answers
 * of all but its last call are lost; that nothing was refused shows in the root of the extrinsics
 * that the header speaks of. Undefined, with the draft as it was, where something was.
 */
async function applyAll(
  { executor, version }: BuildOptions,
  draft: Draft,
  extrinsics: Hex[],
): Promise<Applied | undefined> {
  const ran = await draft
    .run([...extrinsics.map(asApplication), FINALIZE])
    .catch((error: unknown) => asTrap(error) && undefined)
  if (!ran) return undefined
  const header = decodeHeader(ran.result)
  // By `RuntimeVersion::extrinsics_root_state_version`.
  const rootVersion = version.stateVersion >= 2 ? 1 : 0
  const entries = extrinsics.map((extrinsic, index): [Hex, Hex] => [
    toHex(encodeCompact(index)),
    extrinsic,
  ])
  if ((await executor.trieRoot(entries, rootVersion)) !== header.extrinsicsRoot) return undefined
  ran.keep()
  return { header, applied: extrinsics.length }
}

/**
 * Applies the extrinsics up to the first that is refused, and finishes the block. A batch that did
 * not go through is halved until the culprit is alone: the runtime counts what it applied.
 */
async function applyWhatGoes(draft: Draft, extrinsics: Hex[]): Promise<Applied> {
  let applied = 0
  let refusal: Refusal | undefined
  const include = async (batch: Hex[]): Promise<void> => {
    const tried = await draft.run(batch.map(asApplication)).catch((error: unknown) => {
      const trap = asTrap(error)
      if (batch.length === 1) refusal = trap
    })
    if (tried && appliedCount(overlay(draft.state(), tried.changes)) === applied + batch.length) {
      tried.keep()
      applied += batch.length
    } else if (batch.length > 1) {
      const half = batch.length >> 1
      await include(batch.slice(0, half))
      if (!refusal) await include(batch.slice(half))
    } else if (tried) {
      refusal = decodeApplied(tried.result) ?? TRAP
    }
  }
  await include(extrinsics)
  const closed = await draft.run([FINALIZE])
  closed.keep()
  return { header: decodeHeader(closed.result), applied, refusal }
}

function appliedCount(state: State): number {
  const index = state.get(EXTRINSIC_INDEX_KEY)
  return index === undefined ? 0 : new ScaleReader(index).u32()
}

function asApplication(extrinsic: Hex): RuntimeCall {
  return ['BlockBuilder_apply_extrinsic', extrinsic]
}

/** What makes the runtime panic, or never end, can never be in a block. */
const TRAP: Refusal = { kind: 'invalid', reason: 'Trap', message: 'The runtime panicked' }

/** The refusal that a runtime's panic amounts to; any other error is thrown again. */
function asTrap(error: unknown): Refusal {
  if (!(error instanceof RuntimeTrapped || error instanceof RunTimedOut)) throw error
  return { ...TRAP, message: error.message }
}

/** `sp_inherents::InherentData`: a map of identifiers of eight bytes to encoded values. */
function encodeInherentData(timestampMs: number, slot: number): Hex {
  const entries = [
    ['auraslot', encodeU64(slot)],
    ['timstap0', encodeU64(timestampMs)],
  ] as const
  const encoded = entries.map(([id, value]) => Buffer.concat([Buffer.from(id), encodeBytes(value)]))
  return toHex(Buffer.concat([encodeCompact(entries.length), ...encoded]))
}

/** A list of extrinsics, each with the length in front that is part of its own encoding. */
function splitExtrinsics(encoded: Hex): Hex[] {
  return new ScaleReader(encoded).list((reader) => toHex(encodeBytes(reader.bytes())))
}
