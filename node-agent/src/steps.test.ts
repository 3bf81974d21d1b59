import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call, Outcome } from '@covenant/chain-client'
import { createNonceBook } from './nonce-book.ts'
import { createSteps, type StepDeps } from './steps.ts'
import { createTestChain, silent } from './testing.ts'

test('so many calls about contracts are under way at once, and those about the node pass them', async () => {
  const sent: Call[] = []
  const landing: (() => void)[] = []
  const memory = { nonces: undefined, setNonces: async () => {} }
  const perform = createSteps({
    // What these steps need.
    ...({ identity: { signer: {} }, node: 1 } as StepDeps),
    ...{ log: silent, signal: new AbortController().signal },
    nonces: createNonceBook(memory, silent),
    chain: {
      calls: createTestChain('agent').calls,
      submit: (call) => {
        sent.push(call)
        return new Promise((resolve) => landing.push(() => resolve({ ok: true } as Outcome)))
      },
    },
  })
  const reports = Array.from({ length: 100 }, (_, index) =>
    perform({ action: 'report', contract: index + 1, health: 'Healthy' }),
  )
  await Promise.resolve()
  const heartbeat = perform({ action: 'heartbeat' })
  while (!sent.some(({ name }) => name === 'heartbeat')) await Promise.resolve()
  assert.equal(sent.length, 64 + 1)

  while (landing.length > 0) {
    for (const land of landing.splice(0)) land()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all([...reports, heartbeat])
  assert.equal(sent.length, 100 + 1)
})
