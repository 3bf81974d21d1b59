import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect, signerFromUri, type Chain } from '@covenant/chain-client'
import { deploy, processesOf } from '../deployment.ts'
import { descendantsOf, listeningSockets } from '../listening.ts'
import { startStack, until, type Stack } from '../stack.ts'

let stack: Stack
let chain: Chain
const alice = signerFromUri('//Alice')

before(async () => {
  stack = await startStack()
  chain = await connect({ endpoint: stack.urls.chain })
})
after(async () => {
  await chain.close()
  await stack.stop()
  stack.remove()
})

test('an owner that the operator has not named is declined on chain and refunded whole', async () => {
  const before = await chain.balances.of(alice.address)
  const { contract, mark } = await deploy(stack, chain, { allow: false })
  const escrow = (await chain.contracts.get(contract))?.escrow
  const tombstone = await until(() => chain.contracts.tombstone(contract))
  assert.equal(tombstone.reason, 'Declined(Policy)')
  assert.deepEqual(processesOf(mark), [])
  assert.ok(escrow === undefined || escrow === 10n ** 18n)
  const held = (await chain.balances.of(alice.address)).held.find(
    ({ reason }) => reason === 'contracts.Escrow',
  )
  assert.equal(held?.amount ?? 0n, 0n)
  assert.ok(before.free - (await chain.balances.of(alice.address)).free < 10n ** 18n)
})

test('neither the agent nor what it runs listens on any TCP socket', async () => {
  const { mark } = await deploy(stack, chain)
  const [program = 0] = await until(() => {
    const found = processesOf(mark)
    return found.length === 1 ? found : undefined
  })
  const agent = stack.pidOf('covenant-agent')
  assert.ok(descendantsOf(agent).includes(program), 'the workload is looked at too')
  assert.deepEqual(listeningSockets(agent), [])
  const port = stack.ports[1].toString(16).toUpperCase().padStart(4, '0')
  assert.deepEqual(listeningSockets(stack.pidOf('covenant-api')), [`0100007F:${port}`])
})

test('an agent that has nothing but its seed runs again what it had agreed to run', async () => {
  const { contract, mark } = await deploy(stack, chain)
  await until(() => processesOf(mark).length === 1)
  const accepted = await chain.contracts.get(contract)
  await chain.close()
  await stack.stop()
  assert.deepEqual(processesOf(mark), [])

  const folder = join(stack.dataFolder, 'agent')
  for (const name of readdirSync(folder)) {
    if (name !== 'seed') rmSync(join(folder, name), { recursive: true })
  }
  const { node, agent } = stack.agent
  stack = await startStack({ after: stack })
  chain = await connect({ endpoint: stack.urls.chain })
  assert.deepEqual({ node: stack.agent.node, agent: stack.agent.agent }, { node, agent })
  await until(() => processesOf(mark).length === 1)
  const now = await chain.contracts.get(contract)
  assert.deepEqual(now?.running, accepted?.running)
  assert.equal(now?.networkKey, accepted?.networkKey)
})
