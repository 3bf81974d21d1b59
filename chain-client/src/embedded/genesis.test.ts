import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Hex } from '@covenant/schema/hash'
import { createExecutor } from './executor.ts'
import { buildGenesis, CHAIN_ID_KEY } from './genesis.ts'
import { decodeHeader } from './header.ts'
import { readRuntime } from './runtime.ts'
import { CODE_KEY } from './state.ts'

const executor = createExecutor()
after(() => executor.close())
const code = readRuntime()
const chainId = (digit: string): Hex => `0x${digit.repeat(64)}`

test('the same runtime and chain id give the same genesis, another id another hash', async () => {
  const [first, again, other] = [
    await buildGenesis({ executor, code, chainId: chainId('1') }),
    await buildGenesis({ executor, code, chainId: chainId('1') }),
    await buildGenesis({ executor, code, chainId: chainId('2') }),
  ]
  assert.deepEqual(again, first)
  assert.notEqual(other.hash, first.hash)
  assert.deepEqual(
    [...other.changes].filter(([key, value]) => first.changes.get(key) !== value),
    [[CHAIN_ID_KEY, chainId('2')]],
  )
})

test('the genesis hash commits to the whole storage, as on a validator', async () => {
  const { header, changes, number } = await buildGenesis({ executor, code, chainId: chainId('3') })
  const { stateRoot, parentHash, logs } = decodeHeader(header)
  const entries = [...changes] as [Hex, Hex][]
  assert.equal(number, 0)
  assert.equal(parentHash, `0x${'0'.repeat(64)}`)
  assert.deepEqual(logs, [])
  assert.equal(stateRoot, await executor.trieRoot(entries, 1))
  assert.equal(changes.get(CODE_KEY), code)
  assert.notEqual(stateRoot, await executor.trieRoot(entries.slice(1), 1))
})

test('a preset that the runtime does not have is named', async () => {
  const building = buildGenesis({ executor, code, chainId: chainId('4'), preset: 'kusama' })
  await assert.rejects(building, { name: 'GenesisRefused', message: /no genesis preset kusama/ })
})
