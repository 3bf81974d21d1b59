import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startEmbeddedChain } from '@covenant/chain-client/embedded/start'
import { createLog } from '@covenant/service'
import { startStack } from '../stack.ts'

test('a stack with a COVENANT_CHAIN registers its node there and starts no chain of its own', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'covenant-chain-'))
  const chain = await startEmbeddedChain({
    dir: join(dir, 'chain'),
    port: 0,
    log: createLog('covenant-chain', () => {}),
  })
  const stack = await startStack({ env: { COVENANT_CHAIN: chain.url } })
  try {
    assert.equal(stack.urls.chain, chain.url)
    assert.equal(stack.agent.node, 1)
    const { meta } = await stack.query<{ meta: { genesisHash: string } }>(
      '{ meta { genesisHash } }',
    )
    assert.equal(meta.genesisHash, chain.genesisHash)
    assert.ok(!existsSync(join(stack.dataFolder, 'chain')))
    assert.throws(() => stack.pidOf('covenant-chain'))
  } finally {
    await stack.stop()
    stack.remove()
    await chain.stop()
    rmSync(dir, { recursive: true })
  }
})
