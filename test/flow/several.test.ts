import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { processesOf } from '../deployment.ts'
import { commandEnvironment, LAUNCHER, ROOT, startStack, until, type Stack } from '../stack.ts'

// One file for two nodes, each with an agent of its own: one approval starts it on both, or on none.
let stack: Stack
let second: ChildProcess
let folder: string
let image: string

before(async () => {
  stack = await startStack()
  folder = join(stack.dataFolder, 'second')
  const args = [LAUNCHER, 'agent', '--data', folder, '--operator', '//Eve']
  second = spawn(process.execPath, args, { cwd: ROOT, env: commandEnvironment(stack) })
  const members = ['--member', '//Alice:50', '--member', '//Bob:30', '--member', '//Charlie:20']
  const create = ['group', 'create', 'shop', ...members, '--deploy-threshold', '51']
  await stack.json(...create, '--fund', '50 COV', '--key', '//Alice')
  const pack = ['image', 'pack', '--name', 'sleeper', '--out', join(stack.dataFolder, 'images')]
  ;({ reference: image } = await stack.json<{ reference: string }>(
    ...[...pack, '/bin/sh', '/bin/sleep'],
  ))
  await until(async () => (await stack.covenant('node', 'show', '2')).stdout.includes('takes work'))
  await stack.json('node', 'allow', 'group:1')
  await stack.json('node', 'allow', 'group:1', '--data', folder)
})
after(async () => {
  const ended = once(second, 'exit')
  second.kill('SIGTERM')
  await ended
  await stack.stop()
  stack.remove()
})

/** A deployment for both nodes; `mark` is a word in the command line of its program alone. */
function fileFor(name: string): { path: string; mark: string } {
  const path = join(stack.dataFolder, `${name}.yaml`)
  const mark = `covenant-mark-${process.pid}-${name}`
  writeFileSync(
    path,
    `apiVersion: covenant/v1
kind: Deployment
name: ${name}
owner: group:1
budget: { max: 20 COV, per: day }
placement: { nodes: [1, 2] }
services:
  main:
    image: ${image}
    command: [/bin/sh, -c, 'echo ${mark}; while sleep 1; do :; done']
    resources: { cpu: 100m, memory: 32Mi, disk: 16Mi }
`,
  )
  return { path, mark }
}

type Vote = { address: string; offers: { contract: number }[] }
const propose = (path: string) => stack.json<Vote>('propose', '1', path, '--key', '//Charlie')

test('one approval starts it on both nodes, and it is waited for on both', async () => {
  const { path, mark } = fileFor('both')
  const { address } = await propose(path)
  const wait = ['--wait', 'running', '--timeout', '120s']
  const { waited } = await stack.json<{
    waited: { offers: { contract: number; node: number; state: string }[] }
  }>('approve', address, '--yes', ...wait, '--key', '//Alice')
  assert.deepEqual(
    waited.offers.map(({ node, state }) => [node, state]),
    [
      [1, 'Running'],
      [2, 'Running'],
    ],
  )
  await until(() => processesOf(mark).length === 2)

  for (const { contract } of waited.offers) {
    const cancel = ['cancel', String(contract), '--as', 'group:1', '--key', '//Charlie']
    const { address } = await stack.json<Vote>(...cancel)
    await stack.json('approve', address, '--yes', '--key', '//Alice')
  }
  await until(() => processesOf(mark).length === 0)
})

test('where one node takes nothing, the approval fails whole, and it runs nowhere', async () => {
  const { path, mark } = fileFor('none')
  const { address } = await propose(path)
  await stack.json('node', 'drain', '2', '--yes', '--key', '//Eve')
  const { code, stderr } = await stack.covenant('approve', address, '--yes', '--key', '//Alice')
  assert.equal(code, 1)
  assert.match(stderr, /The chain refused it .* nothing but the fee has changed/)
  type Rows = { contracts: { nodes: { id: string; state: string }[] } }
  const { contracts } = await stack.query<Rows>('{ contracts(first: 9) { nodes { id state } } }')
  assert.deepEqual(
    contracts.nodes.map(({ state }) => state),
    ['Closed', 'Closed'],
    'those of the test before',
  )
  assert.deepEqual(processesOf(mark), [])

  // What stood in the way is gone: the same proposal is approved, unchanged.
  await stack.json('node', 'resume', '2', '--yes', '--key', '//Eve')
  const vote = await stack.json<Vote>('approve', address, '--yes', '--key', '//Alice')
  assert.equal(vote.offers.length, 2)
  await until(() => processesOf(mark).length === 2)
})
