import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { addressOf, publicKeyOf } from './address.ts'
import { buildChainSpec, type ChainSpecOptions, developmentValidator } from './chain-spec.ts'
import { createExecutor } from './embedded/executor.ts'
import { readRuntime } from './embedded/runtime.ts'
import { toBytes, toHex } from './embedded/scale.ts'
import { keysWithPrefix, overlay, type State } from './embedded/state.ts'
import type { Account, Hex } from './types.ts'

const COV = 10n ** 18n
/** `System.Account` and `Sudo.Key`, as every Substrate runtime hashes them. */
const ACCOUNTS = '0x26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9'
const SUDO = '0x5c0d1176a568c1f92944340dbfed9e9c530ebca703c85910e7164cb7d1c9e47b'
const [alice, dave] = [developmentValidator('//Alice'), developmentValidator('//Dave')]

const executor = createExecutor()
after(() => executor.close())
const code = readRuntime()
const local: ChainSpecOptions = {
  name: 'Test',
  id: 'test',
  chainType: 'Local',
  slotDurationMs: 6_000,
  validators: [],
  endowed: [],
}

type Spec = { genesis: { raw: { top: Record<Hex, Hex> } } }

function stateOf({ spec }: { spec: Record<string, unknown> }): State {
  const { top } = (spec as Spec).genesis.raw
  return overlay(
    { get: () => undefined, nextKey: () => undefined },
    new Map(Object.entries(top) as [Hex, Hex][]),
  )
}

async function ask(state: State, method: string): Promise<Buffer> {
  const { result } = await executor.run({ code, state, calls: [[method, '0x']] })
  return toBytes(result)
}

/** What a list of public keys holds, each after its count and with `weightBytes` behind it. */
async function keysOf(state: State, method: string, weightBytes = 0): Promise<Account[]> {
  const bytes = (await ask(state, method)).subarray(1)
  const size = 32 + weightBytes
  return Array.from({ length: bytes.length / size }, (_, index) =>
    addressOf(bytes.subarray(index * size, index * size + 32)),
  )
}

function freeOf(state: State, account: Account): bigint {
  const end = toHex(publicKeyOf(account)).slice(2)
  const key = keysWithPrefix(state, { prefix: ACCOUNTS }).find((one) => one.endsWith(end))
  assert.ok(key, `there is an account ${account}`)
  const entry = toBytes(state.get(key)!)
  return entry.readBigUInt64LE(16) + (entry.readBigUInt64LE(24) << 64n)
}

let preset: Awaited<ReturnType<typeof buildChainSpec>>
before(async () => {
  preset = await buildChainSpec(local)
})

test('a local chain has the well known validators and accounts, its own slot, and no sudo', async () => {
  const state = stateOf(preset)
  const validators = ['//Alice', '//Bob', '//Charlie'].map(developmentValidator)
  assert.deepEqual(
    await keysOf(state, 'AuraApi_authorities'),
    validators.map(({ aura }) => aura),
  )
  assert.deepEqual(
    await keysOf(state, 'GrandpaApi_grandpa_authorities', 8),
    validators.map(({ grandpa }) => grandpa),
  )
  assert.equal((await ask(state, 'AuraApi_slot_duration')).readBigUInt64LE(), 6_000n)
  assert.equal(freeOf(state, alice.account), 1_000_000n * COV)
  assert.equal(state.get(SUDO), undefined)
})

test('each spec is another chain, though it was asked for in the same words', async () => {
  const again = await buildChainSpec(local)
  assert.notEqual(again.genesisHash, preset.genesisHash)
})

test('a live chain has what it was given, and nothing that everybody knows', async () => {
  // More than a double holds, to the last unit.
  const amount = 12_345_678_901_234_567_890_123n
  const state = stateOf(
    await buildChainSpec({
      ...local,
      chainType: 'Live',
      slotDurationMs: 3_000,
      validators: [dave],
      endowed: [{ account: dave.account, amount }],
    }),
  )
  assert.deepEqual(await keysOf(state, 'AuraApi_authorities'), [dave.aura])
  assert.deepEqual(await keysOf(state, 'GrandpaApi_grandpa_authorities', 8), [dave.grandpa])
  assert.equal((await ask(state, 'AuraApi_slot_duration')).readBigUInt64LE(), 3_000n)
  assert.equal(freeOf(state, dave.account), amount)
  assert.throws(() => freeOf(state, alice.account), /there is an account/)
  assert.equal(state.get(SUDO), undefined)
})

test('sudo is whom the development chain names, and a patch has the last word', async () => {
  const state = stateOf(
    await buildChainSpec({
      ...local,
      sudo: dave.account,
      patch: { clock: { slotDurationMs: 2_000 } },
    }),
  )
  assert.equal(state.get(SUDO), toHex(publicKeyOf(dave.account)))
  assert.equal((await ask(state, 'AuraApi_slot_duration')).readBigUInt64LE(), 2_000n)
})

test('a genesis that the runtime does not know is refused with its own words', async () => {
  await assert.rejects(buildChainSpec({ ...local, patch: { weather: {} } }), {
    name: 'GenesisRefused',
    message: /unknown field `weather`/,
  })
})
