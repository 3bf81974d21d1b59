import { randomBytes } from 'node:crypto'
import { addressOf } from './address.ts'
import { exactNumber, type Json } from './embedded/exact-json.ts'
import { createExecutor } from './embedded/executor.ts'
import { buildGenesis } from './embedded/genesis.ts'
import { CHAIN_PROPERTIES } from './embedded/rpc/system.ts'
import { readRuntime } from './embedded/runtime.ts'
import { toHex } from './embedded/scale.ts'
import { Keyring } from './polkadot/keyring.ts'
import type { Account, Chain, Hex } from './types.ts'

/** Who makes blocks and finalises them: an account, and the public keys it does so with. */
export type Validator = {
  account: Account
  /** sr25519: signs blocks. */
  aura: Account
  /** ed25519: votes on what is final. */
  grandpa: Account
}

export type ChainSpecOptions = {
  name: string
  /** The name of the chain's folder on a node. */
  id: string
  /**
   * Development and Local begin with the runtime's preset of that kind, so with keys that everybody
   * knows; Live with nothing but what is given here.
   */
  chainType: Chain['chainType']
  slotDurationMs: number
  /** Instead of the preset's. */
  validators: Validator[]
  /** Instead of the preset's. */
  endowed: { account: Account; amount: bigint }[]
  /** Who may do everything; a preset's is dropped. @default nobody */
  sudo?: Account | undefined
  /** Addresses of nodes that new ones find the others by. */
  bootNodes?: string[]
  /** A JSON merge patch of the genesis, for what has no option here. */
  patch?: Json
}

export type ChainSpec = {
  /** As `covenant-node --chain` takes it. */
  spec: Record<string, unknown>
  genesisHash: Hex
}

const PRESETS = { Development: 'development', Local: 'local_testnet', Live: null }

/**
 * A raw chain spec of the committed runtime, its genesis made by the runtime itself. Each has a
 * genesis hash of its own, so that no signature is good on two chains.
 *
 * Throws `GenesisRefused` or `RuntimeTrapped` where the runtime makes no genesis of it.
 */
export async function buildChainSpec(options: ChainSpecOptions): Promise<ChainSpec> {
  const { name, id, chainType, bootNodes = [] } = options
  const executor = createExecutor()
  try {
    const { hash, changes } = await buildGenesis({
      executor,
      code: readRuntime(),
      chainId: toHex(randomBytes(32)),
      preset: PRESETS[chainType],
      patches: [genesisPatch(options), options.patch ?? {}],
    })
    const entries = [...changes].filter(([, value]) => value !== null)
    const top = Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
    const spec = {
      ...{ name, id, chainType, bootNodes },
      ...{ telemetryEndpoints: null, protocolId: null, properties: CHAIN_PROPERTIES },
      codeSubstitutes: {},
      genesis: { raw: { top, childrenDefault: {} } },
    }
    return { spec, genesisHash: hash }
  } finally {
    await executor.close()
  }
}

/** The validator of a development key, which has the same name under both schemes. */
export function developmentValidator(uri: string): Validator {
  const derive = (type: 'sr25519' | 'ed25519') =>
    addressOf(new Keyring({ type }).addFromUri(uri).publicKey)
  const account = derive('sr25519')
  return { account, aura: account, grandpa: derive('ed25519') }
}

function genesisPatch(options: ChainSpecOptions): Json {
  const { slotDurationMs, validators, endowed, sudo } = options
  const balances = endowed.map(({ account, amount }) => [account, exactNumber(amount)])
  const keys = validators.map(({ account, ...session }) => [account, account, session])
  return {
    clock: { slotDurationMs },
    sudo: { key: sudo ?? null },
    ...(balances.length > 0 && { balances: { balances } }),
    ...(keys.length > 0 && { session: { keys } }),
  }
}
