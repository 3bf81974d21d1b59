import { readFileSync } from 'node:fs'
import { getDynamicBuilder, getLookupFn } from '@polkadot-api/metadata-builders'
import { decAnyMetadata, unifyMetadata } from '@polkadot-api/substrate-bindings'
import {
  EMPTY_TRIE_ROOT,
  encodeHeader,
  hashHeader,
  ZERO_HASH,
} from '@covenant/chain-client/embedded/header'
import { encodeBytes, encodeCompact, encodeU64, toHex } from '@covenant/chain-client/embedded/scale'
import type { Hex } from '@covenant/schema/hash'
import { eventsOf } from './story.ts'

const METADATA = new URL(
  '../../../chain/artifacts/covenant_runtime.metadata.scale',
  import.meta.url,
)
const FIRST_MS = 1_700_000_000_000
const SLOT_MS = 6_000

/** A block's answers, as JSON text: what a chain's node has on its disk. */
export type RecordedBlock = { hash: Hex; header: string; block: string; events: Hex; now: Hex }

export type Recorded = {
  version: { specName: string; specVersion: number; transactionVersion: number }
  /** twox128 keys of the two items that blocks are read by. */
  blocks: RecordedBlock[]
  /** One more block. */
  grow(): RecordedBlock
}

/** Makes a chain of blocks 0 to `height`. */
export function record(height: number): Recorded {
  const metadata = unifyMetadata(decAnyMetadata(readFileSync(METADATA)))
  const builder = getDynamicBuilder(getLookupFn(metadata))
  const events = builder.buildStorage('System', 'Events').value
  const timestamp = metadata.pallets.find(({ name }) => name === 'Timestamp')?.index ?? 0
  const system = metadata.pallets.find(({ name }) => name === 'System')
  const constant = system?.constants.find(({ name }) => name === 'Version')
  const version = builder.buildDefinition(constant?.type ?? 0).dec(constant?.value ?? '0x') as {
    spec_name: string
    spec_version: number
    transaction_version: number
  }
  const blocks: RecordedBlock[] = []

  function grow(): RecordedBlock {
    const number = blocks.length
    const ms = number === 0 ? 0 : FIRST_MS + number * SLOT_MS
    const header = {
      parentHash: blocks.at(-1)?.hash ?? ZERO_HASH,
      number,
      stateRoot: ZERO_HASH,
      extrinsicsRoot: EMPTY_TRIE_ROOT,
      logs: [],
    }
    const { parentHash, stateRoot, extrinsicsRoot } = header
    const json = {
      ...{ parentHash, stateRoot, extrinsicsRoot },
      number: `0x${number.toString(16)}`,
      digest: { logs: [] },
    }
    // Bare, version 4; `timestamp.set` is the pallet's first call.
    const moment = Buffer.concat([Buffer.from([0x0b]), encodeU64(ms).subarray(0, 6)])
    const inherent = encodeBytes(Buffer.concat([Buffer.from([4, timestamp, 0]), moment]))
    const records = number === 0 ? [] : eventsOf(number)
    const made: RecordedBlock = {
      hash: hashHeader(encodeHeader(header)),
      header: JSON.stringify(json),
      block: JSON.stringify({
        block: { header: json, extrinsics: number === 0 ? [] : [toHex(inherent)] },
        justifications: null,
      }),
      events: toHex(
        events.enc(
          records.map((event) => ({
            phase: { type: 'ApplyExtrinsic', value: 0 },
            event,
            topics: [],
          })),
        ),
      ),
      now: toHex(encodeU64(ms)),
    }
    blocks.push(made)
    return made
  }
  while (blocks.length <= height) grow()
  return {
    version: {
      specName: version.spec_name,
      specVersion: version.spec_version,
      transactionVersion: version.transaction_version,
    },
    blocks,
    grow,
  }
}

/** What System.LastRuntimeUpgrade holds. */
export const lastUpgrade = ({ specName, specVersion }: Recorded['version']): Hex =>
  toHex(Buffer.concat([encodeCompact(specVersion), encodeBytes(Buffer.from(specName))]))
