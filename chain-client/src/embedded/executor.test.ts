import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Hex } from '@covenant/schema/hash'
import { createExecutor, RunTimedOut, RuntimeTrapped } from './executor.ts'
import { readRuntime } from './runtime.ts'
import { encodeU32, ScaleReader, toHex } from './scale.ts'
import type { State } from './state.ts'

const code = readRuntime()
const NOTHING: State = { get: () => undefined, nextKey: () => undefined }
const ALICE: Hex = '0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d'
/** A header of block 1 with neither roots nor digest. */
const HEADER: Hex = `0x${'00'.repeat(32)}04${'00'.repeat(64)}00`

const executor = createExecutor()
after(() => executor.close())

test('a call reads the state it is given', async () => {
  const asked: Hex[] = []
  const state: State = {
    get: (key) => {
      asked.push(key)
      // System.Account: a nonce of seven, and zeroes.
      return key.includes(ALICE.slice(2))
        ? toHex(Buffer.concat([encodeU32(7), Buffer.alloc(76)]))
        : undefined
    },
    nextKey: () => undefined,
  }
  const calls: [string, Hex][] = [['AccountNonceApi_account_nonce', ALICE]]
  const { result, changes } = await executor.run({ code, state, calls })
  assert.equal(new ScaleReader(result).u32(), 7)
  assert.equal(changes.size, 0)
  assert.ok(asked.length > 0)
})

test('a call sees what the calls before it in the same run wrote', async () => {
  // An account that never was begins with the number of the block as its nonce.
  const begin: [string, Hex] = ['Core_initialize_block', HEADER]
  const ask: [string, Hex] = ['AccountNonceApi_account_nonce', ALICE]
  const nonceAfter = async (...calls: [string, Hex][]) =>
    new ScaleReader((await executor.run({ code, state: NOTHING, calls })).result).u32()
  assert.equal(await nonceAfter(ask), 0)
  assert.equal(await nonceAfter(begin, ask), 1)
})

test('what a run changes is in its answer, and nowhere else', async () => {
  const calls: [string, Hex][] = [['Core_initialize_block', HEADER]]
  const { changes } = await executor.run({ code, state: NOTHING, calls })
  const again = await executor.run({ code, state: NOTHING, calls })
  assert.ok(changes.size > 0)
  assert.deepEqual(again.changes, changes)
})

test('a runtime that panics is an error, and the next call works', async () => {
  const calls: [string, Hex][] = [['BlockBuilder_apply_extrinsic', '0xffff']]
  await assert.rejects(executor.run({ code, state: NOTHING, calls }), RuntimeTrapped)
  const { result } = await executor.run({ code, state: NOTHING, calls: [['Core_version', '0x']] })
  assert.notEqual(result, '0x')
})

test('a function that the runtime does not have is an error', async () => {
  const calls: [string, Hex][] = [['No_such_function', '0x']]
  await assert.rejects(executor.run({ code, state: NOTHING, calls }), RuntimeTrapped)
})

test('a state that cannot be read fails the call with its own error', async () => {
  const broken: State = {
    ...NOTHING,
    get: () => {
      throw new Error('the disk is gone')
    },
  }
  const calls: [string, Hex][] = [['AccountNonceApi_account_nonce', ALICE]]
  await assert.rejects(executor.run({ code, state: broken, calls }), /the disk is gone/)
})

test('what the runtime says of its panic is logged', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const chatty = createExecutor({ onRuntimeLog: ({ message }) => resolve(message) })
  const calls: [string, Hex][] = [['BlockBuilder_apply_extrinsic', '0xffff']]
  await assert.rejects(chatty.run({ code, state: NOTHING, calls }), RuntimeTrapped)
  assert.match(await promise, /Bad input data provided to apply_extrinsic/)
  await chatty.close()
})

test('a call that does not come to an end is given up', async () => {
  const hasty = createExecutor({ timeoutMs: 1 })
  const calls: [string, Hex][] = [['Core_version', '0x']]
  await assert.rejects(hasty.run({ code, state: NOTHING, calls }), RunTimedOut)
  await hasty.close()
})
