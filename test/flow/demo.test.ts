import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect } from '@covenant/chain-client'
import { commandEnvironment, LAUNCHER, startStack, until, type Stack } from '../stack.ts'

let stack: Stack
before(async () => {
  stack = await startStack()
})
after(async () => {
  await stack.stop()
  stack.remove()
})

async function play(...words: string[]): Promise<void> {
  const { code, stdout, stderr } = await stack.covenant('demo', ...words)
  assert.equal(code, 0, `${stdout}${stderr}`)
  assert.match(stdout, /The accounts add up to the last unit\n.*\n +they do/)
}

test('the demo plays the whole story, and a second time', async () => {
  await play()
  await play()
})

test('the demo plays against a second agent that starts with an empty folder', async () => {
  const folder = join(stack.dataFolder, 'second-agent')
  const agent = spawn(
    process.execPath,
    [LAUNCHER, 'agent', '--data', folder, '--operator', '//Eve'],
    { env: commandEnvironment(stack), stdio: 'ignore' },
  )
  const ended = once(agent, 'exit')
  const chain = await connect({ endpoint: stack.urls.chain })
  await until(async () => (await chain.nodes.get(2))?.agent)
  await chain.close()
  await play('--node', '2', '--agent-data', folder)
  agent.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null])
})
