import { compactNumber } from '@polkadot-api/substrate-bindings'
import * as z from 'zod'
import { BlockUnavailable } from './errors.ts'
import { headerShape } from './heads.ts'
import type { Rpc } from './rpc.ts'
import { createRuntime, type Runtime } from './runtime.ts'
import { read } from './shape.ts'
import type { Hex } from './types.ts'

/** Every version of the runtime whose blocks were read, each read once. */
export type Runtimes = {
  /** The one that executed a block, by the block's hash and what it stores at `LAST_UPGRADE_KEY`. */
  of: (hash: Hex, lastUpgrade: Hex | null) => Promise<Runtime>
}

/**
 * twox128("System") ++ twox128("LastRuntimeUpgrade"): the version that a runtime writes down in the
 * first block it executes. One read of it tells by which metadata a block is to be decoded; a block
 * that replaces `:code` was itself executed by the code of its parent.
 */
export const LAST_UPGRADE_KEY: Hex =
  '0x26aa394eea5630e07c48ae0c9558cef7f9cce9c888469bb1a0dceaa129672ef8'

export function createRuntimes(rpc: Pick<Rpc, 'request'>): Runtimes {
  const byVersion = new Map<number, Promise<Runtime>>()

  async function load(hash: string): Promise<Runtime> {
    const metadata = await rpc.request('state_getMetadata', [hash])
    return createRuntime(read(z.string(), metadata, 'state_getMetadata'))
  }

  async function loadVersion(version: number, hash: Hex): Promise<Runtime> {
    try {
      const runtime = await load(hash)
      if (runtime.specVersion === version) return runtime
      const header = read(headerShape, await rpc.request('chain_getHeader', [hash]), 'header')
      const before = await load(header.parentHash)
      if (before.specVersion === version) return before
    } catch (error) {
      // Told to whoever waits for it, and tried anew the next time.
      byVersion.delete(version)
      throw error
    }
    throw new BlockUnavailable(hash, {
      what: `it was executed by version ${version} of the runtime, whose metadata is not to be had`,
      remedy: 'An archive node (--state-pruning archive) has it.',
    })
  }

  return {
    of(hash, lastUpgrade) {
      // Only the genesis block was executed by nobody.
      if (lastUpgrade === null) return load(hash)
      const version = compactNumber.dec(lastUpgrade)
      const known = byVersion.get(version)
      if (known !== undefined) return known
      const loading = loadVersion(version, hash)
      byVersion.set(version, loading)
      return loading
    },
  }
}
