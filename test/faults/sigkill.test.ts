import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect, signerFromUri, type Chain } from '@covenant/chain-client'
import { isAlive, type ProcessIdentity } from '@covenant/service/process-identity'
import { deploy, processesOf, type Deployed } from '../deployment.ts'
import { assertMirrored } from '../mirror.ts'
import { startStack, until, type Stack } from '../stack.ts'

let stack: Stack
let chain: Chain
let deployed: Deployed
const [bob, charlie] = ['//Bob', '//Charlie'].map(signerFromUri)

before(async () => {
  stack = await startStack()
  chain = await connect({ endpoint: stack.urls.chain })
  deployed = await deploy(stack, chain)
  await untilRunning(deployed)
})
after(async () => {
  await chain.close()
  await stack.stop()
  stack.remove()
})

/** The one process of a workload, once it runs. */
async function untilRunning({ mark }: Deployed): Promise<number> {
  return until(() => {
    const [pid, ...more] = processesOf(mark)
    assert.deepEqual(more, [], 'a workload runs once')
    return pid
  })
}

/** Kills one of the stack's processes without warning and waits until it is there again. */
async function killAndRestart(name: string): Promise<void> {
  const pid = stack.pidOf(name)
  process.kill(pid, 'SIGKILL')
  await until(() => {
    try {
      return stack.pidOf(name) !== pid
    } catch {
      return false
    }
  })
}

async function transfer(): Promise<number> {
  const call = chain.calls.balances.transferKeepAlive({ to: charlie!.address, amount: 1n })
  const outcome = await chain.submit(call, bob!)
  assert.ok(outcome.ok)
  return outcome.blockHeight
}

test('an indexer killed at work loses and repeats nothing', async () => {
  for (let round = 0; round < 3; round += 1) {
    const work = Promise.all([transfer(), transfer(), transfer()])
    await killAndRestart('covenant-indexer')
    await work
  }
  assert.ok((await assertMirrored(stack, chain)) > 9)
})

test('an agent killed at work leaves its workload running once', async () => {
  const first = await untilRunning(deployed)
  const account = await chain.nodes.get(stack.agent.node)
  await killAndRestart('covenant-agent')
  const again = await until(async () => {
    const pids = processesOf(deployed.mark)
    return pids.length === 1 && pids[0] !== first && pids[0]
  })
  assert.ok(again > 0)
  assert.equal((await chain.contracts.get(deployed.contract))?.state, 'Running')
  assert.equal((await chain.nodes.get(stack.agent.node))?.agent, account?.agent)
})

test('a chain killed at work keeps every block that it had told of', async () => {
  const height = await transfer()
  const { hash } = await chain.block(height)
  await killAndRestart('covenant-chain')
  const later = await until(() => transfer().catch(() => null))
  assert.ok(later > height)
  assert.equal((await chain.block(height)).hash, hash)
  await assertMirrored(stack, chain)
  assert.equal(processesOf(deployed.mark).length, 1, 'the workload ran on meanwhile')
})

test('after a supervisor is killed nothing stays, and the next start goes on', async () => {
  const processes = JSON.parse(
    readFileSync(join(stack.dataFolder, 'processes.json'), 'utf8'),
  ) as ProcessIdentity[]
  assert.ok(processes.length >= 6)
  const { height } = await chain.finalizedHead()
  await chain.close()
  stack.supervisor.kill('SIGKILL')
  await until(() => !processes.some(isAlive))
  await until(() => processesOf(deployed.mark).length === 0)

  stack = await startStack({ after: stack })
  chain = await connect({ endpoint: stack.urls.chain })
  assert.ok((await chain.finalizedHead()).height >= height)
  assert.equal((await chain.contracts.get(deployed.contract))?.state, 'Running')
  await untilRunning(deployed)
  await assertMirrored(stack, chain)
})

test('a stack that is asked to stop leaves no process, no lock and no workload', async () => {
  const processes = JSON.parse(
    readFileSync(join(stack.dataFolder, 'processes.json'), 'utf8'),
  ) as ProcessIdentity[]
  await chain.close()
  assert.equal(await stack.stop(), 0)
  assert.ok(!processes.some(isAlive))
  assert.deepEqual(processesOf(deployed.mark), [])
  for (const left of ['lock', 'processes.json', 'chain/lock', 'agent/lock', 'postgres/lock']) {
    assert.ok(!existsSync(join(stack.dataFolder, left)), `${left} is gone`)
  }
})
