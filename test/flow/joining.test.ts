import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect, type Chain } from '@covenant/chain-client'
import {
  commandEnvironment,
  LAUNCHER,
  ROOT,
  runCommand,
  startStack,
  until,
  type Stack,
} from '../stack.ts'

let stack: Stack
let chain: Chain
let folder: string

before(async () => {
  stack = await startStack()
  chain = await connect({ endpoint: stack.urls.chain })
  folder = join(stack.dataFolder, 'joining')
})
after(async () => {
  await chain.close()
  await stack.stop()
  stack.remove()
})

const environment = () => commandEnvironment({ ...stack, dataFolder: folder })
/** `covenant node run`; `said` is what it printed. */
function runNode(data: string) {
  const args = [LAUNCHER, 'node', 'run', '--data', data]
  const child = spawn(process.execPath, args, { cwd: ROOT, env: environment() })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  const ended = once(child, 'exit') as Promise<[number | null]>
  return { child, ended, said: () => said }
}

test('a machine joins by init, register and run; a second agent with its seed refuses', async (t) => {
  const init = async () =>
    JSON.parse(
      (await runCommand([LAUNCHER, 'node', 'init', '--data', folder, '--json'])).stdout,
    ) as { agent: string; policy: string }
  const before = await runCommand([LAUNCHER, 'node', 'register', '--data', folder], environment())
  assert.equal(before.code, 2)
  assert.match(before.stderr, /is no agent's folder: covenant node init --data/)

  const { agent, policy } = await init()
  assert.equal(statSync(join(folder, 'seed')).mode & 0o777, 0o600)
  writeFileSync(policy, readFileSync(policy, 'utf8').replace('maxDays: 7', 'maxDays: 3'))
  assert.equal((await init()).agent, agent, 'what is there stays')
  assert.match(readFileSync(policy, 'utf8'), /maxDays: 3/)

  const register = () =>
    stack.json<{ node: number }>(
      ...['node', 'register', '--data', folder, '--region', 'eu', '--endpoint', 'node.example'],
      ...['--key', '//Eve', '--yes'],
    )
  const { node } = await register()
  const named = await chain.nodes.get(node)
  assert.equal(named?.namedAgent, agent)
  assert.deepEqual([named?.region, named?.endpoint], ['eu', 'node.example'])
  assert.ok(named?.attributes.some(({ key }) => key === 'sandbox'))

  const first = runNode(folder)
  t.after(() => first.child.kill('SIGKILL'))
  await until(async () => (await chain.nodes.get(node))?.agent === agent)
  const again = await stack.covenant(
    'node',
    'register',
    '--data',
    folder,
    '--key',
    '//Eve',
    '--yes',
  )
  assert.match(again.stderr, new RegExp(`Node ${node} is served by this agent already`))
  const status = () => runCommand([LAUNCHER, 'node', 'status', '--data', folder, '--json'])
  await until(async () => {
    const { code, stdout } = await status()
    return code === 0 && (JSON.parse(stdout) as { node: number | null }).node === node
  })

  const copy = join(stack.dataFolder, 'copy')
  mkdirSync(copy)
  cpSync(join(folder, 'seed'), join(copy, 'seed'))
  const second = runNode(copy)
  assert.notEqual((await second.ended)[0], 0)
  assert.match(second.said(), /another agent with this seed .* runs on this host/)
  assert.equal(first.child.exitCode, null, 'the first goes on')

  first.child.kill('SIGTERM')
  assert.equal((await first.ended)[0], 0, first.said())
  const stopped = await status()
  assert.equal(stopped.code, 1)
  assert.equal((JSON.parse(stopped.stdout) as { isRunning: boolean }).isRunning, false)
  rmSync(copy, { recursive: true })
})
