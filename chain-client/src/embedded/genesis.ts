import type { Hex } from '@covenant/schema/hash'
import { type Json, mergePatch, parseExactly } from './exact-json.ts'
import type { Executor } from './executor.ts'
import { EMPTY_TRIE_ROOT, encodeHeader, hashHeader, ZERO_HASH } from './header.ts'
import { encodeBytes, ScaleReader, toHex } from './scale.ts'
import { CODE_KEY, type Changes, type State } from './state.ts'
import type { NewBlock } from './store.ts'

/**
 * Where a chain keeps the random bytes that make it unlike any other one of the same runtime: they
 * change its state root, and so its genesis hash, which is part of every signature.
 */
export const CHAIN_ID_KEY = toHex(Buffer.from(':covenant:chain'))

export type GenesisOptions = {
  executor: Executor
  code: Hex
  /** 32 bytes; the same ones give the same genesis. */
  chainId: Hex
  /** One of the runtime's own, or null for its defaults alone. @default 'development' */
  preset?: string | null
  /** What else the genesis is to have: JSON merge patches (RFC 7386) over the preset, in order. */
  patches?: Json[]
}

/** The runtime did not make a genesis of what it was given. */
export class GenesisRefused extends Error {
  override name = 'GenesisRefused'
}

const NOTHING: State = { get: () => undefined, nextKey: () => undefined }

/** Block 0, made by the runtime's own GenesisBuilder: what validators make of the same storage. */
export async function buildGenesis({
  executor,
  code,
  chainId,
  preset = 'development',
  patches = [],
}: GenesisOptions): Promise<NewBlock> {
  const call = (method: string, argument: Uint8Array) =>
    executor.run({ code, state: NOTHING, calls: [[method, toHex(argument)]] })
  const readPreset = async (label: string, id: Uint8Array) => {
    const { result } = await call('GenesisBuilder_get_preset', id)
    const reader = new ScaleReader(result)
    if (reader.u8() === 0) throw new GenesisRefused(`the runtime has no genesis preset ${label}`)
    return parseExactly(reader.text())
  }

  const defaults = await readPreset('of defaults', Buffer.from([0]))
  const named =
    preset === null
      ? {}
      : await readPreset(
          preset,
          Buffer.concat([Buffer.from([1]), encodeBytes(Buffer.from(preset))]),
        )
  const config = Buffer.from(JSON.stringify([named, ...patches].reduce(mergePatch, defaults)))
  const { result, changes } = await call('GenesisBuilder_build_state', encodeBytes(config))
  const answer = new ScaleReader(result)
  if (answer.u8() !== 0)
    throw new GenesisRefused(`the runtime refused its genesis: ${answer.text()}`)

  const storage: Changes = new Map([...changes, [CODE_KEY, code], [CHAIN_ID_KEY, chainId]])
  const entries = [...storage].filter((entry): entry is [Hex, Hex] => entry[1] !== null)
  const header = encodeHeader({
    parentHash: ZERO_HASH,
    number: 0,
    stateRoot: await executor.trieRoot(entries, 1),
    extrinsicsRoot: EMPTY_TRIE_ROOT,
    logs: [],
  })
  return {
    number: 0,
    hash: hashHeader(header),
    parentHash: ZERO_HASH,
    header,
    extrinsics: [],
    changes: storage,
  }
}
