/**
 * An agent and its workloads, killed at random moments while contracts begin, change and end: each
 * time the agent that starts again comes to run exactly what the chain says.
 */
import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import { connect, signerFromUri, type Call, type Chain } from '@covenant/chain-client'
import { bodyHash, bodyResources, completeBody, encodeBody } from '@covenant/schema'
import { createDice } from '@covenant/schema/testing-dice'
import { processesOf } from '../deployment.ts'
import { startStack, until, type Stack } from '../stack.ts'

/** `COVENANT_KILLS=200` for a long run; `COVENANT_SEED` repeats the choices of another. */
const KILLS = Number(process.env['COVENANT_KILLS'] ?? 6)
const SEED = Number(process.env['COVENANT_SEED'] ?? Date.now() % 1_000_000)
const MOST_CONTRACTS = 3
/** What was begun goes on so long at most before something is killed. */
const LONGEST_WAIT_MS = 1_500

const MARK = `covenant-mark-${process.pid}-k`
const AGENT = fileURLToPath(import.meta.resolve('@covenant/node-agent/main'))
const COV = 10n ** 18n
const owner = signerFromUri('//Alice')
const dice = createDice(SEED)

let stack: Stack
let chain: Chain
let folder: string
let image: string
let node: number
let agent: ChildProcess
/** The word in the command line of each body's program. */
const marks = new Map<string, string>()
const contracts = new Set<number>()

before(async () => {
  stack = await startStack()
  chain = await connect({ endpoint: stack.urls.chain })
  folder = join(stack.dataFolder, 'killed')
  const pack = ['image', 'pack', '--name', 'sleeper', '--out', join(stack.dataFolder, 'images')]
  const packed = await stack.json<{ reference: string }>(...pack, '/bin/sh', '/bin/sleep')
  image = packed.reference
  await stack.json('node', 'init', '--data', folder)
  await stack.json('node', 'allow', owner.address, '--data', folder)
  startAgent()
  node = await until(async () => {
    const second = await chain.nodes.get(stack.agent.node + 1)
    return second?.agent ? second.id : undefined
  })
})
after(async () => {
  agent.kill('SIGKILL')
  await chain.close()
  await stack.stop()
  stack.remove()
})

function startAgent(): void {
  const args = [`--data=${folder}`, `--chain=${stack.urls.chain}`, `--api=${stack.urls.api}`]
  agent = fork(AGENT, [...args, '--operator=//Eve'], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { PATH: process.env['PATH'] },
  })
}

async function submit(...calls: Call[]) {
  const call = calls.length > 1 ? chain.calls.utility.batchAll({ calls }) : (calls[0] as Call)
  const outcome = await chain.submit(call, owner)
  assert.ok(outcome.ok, outcome.error?.name)
  return outcome
}

/** A body that no other is like. */
function makeBody() {
  const mark = `${MARK}${marks.size}-`
  const body = completeBody({
    apiVersion: 'covenant/v1',
    name: 'killed',
    services: {
      main: {
        image,
        command: ['/bin/sh', '-c', `: ${mark}; while sleep 1; do :; done`],
        resources: { cpu: 50, memory: 32, storage: 16 },
      },
    },
  })
  const bytes = encodeBody(body)
  marks.set(bodyHash(bytes), mark)
  return { bytes, body: bodyHash(bytes), resources: bodyResources(body) }
}

const reached = { create: 0, update: 0, cancel: 0, agent: 0, stage: 0, program: 0 }

/** Something that the agent has to follow. */
async function change(): Promise<void> {
  const { contracts: calls } = chain.calls
  const deadline = (await chain.clock.now()) + 3_600
  if (contracts.size < MOST_CONTRACTS) {
    const { bytes, ...spec } = makeBody()
    const create = calls.create({ node, ...spec, maxRate: COV, escrow: COV, deadline })
    const { events } = await submit(calls.noteBody({ bytes }), create)
    const created = events.find((event) => event.type === 'contracts.Created')
    assert.ok(created)
    contracts.add(created.data.contract)
    reached.create += 1
    return
  }
  const contract = dice.of([...contracts])
  if (dice.chance(1 / 2)) {
    const { bytes, ...spec } = makeBody()
    const base = (await chain.contracts.get(contract))?.version
    assert.ok(base)
    await submit(
      calls.noteBody({ bytes }),
      calls.update({ contract, base, ...spec, maxRate: COV, deadline }),
    )
    reached.update += 1
    return
  }
  await submit(calls.cancel({ contract }))
  contracts.delete(contract)
  reached.cancel += 1
}

/** Kills the agent; else one of its sandboxes' stages or programs, where there is one. */
async function killOne(isAgent: boolean): Promise<void> {
  const programs = roots().map(({ pid }) => pid)
  const stages = stagesOf(folder).filter((pid) => !programs.includes(pid))
  const victim = dice.of(['stage', 'program'] as const)
  const pids = isAgent ? [] : { stage: stages, program: programs }[victim]
  if (pids.length > 0) {
    reached[victim] += 1
    return kill(dice.of(pids))
  }
  reached.agent += 1
  const ended = once(agent, 'exit')
  assert.ok(agent.kill('SIGKILL'), 'it lived until it was killed')
  await ended
  startAgent()
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It may have ended by itself: its contract was cancelled.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Whether each contract runs as the chain has it, once, and nothing else does. */
async function isAsTheChainSays(): Promise<boolean> {
  const running = new Set<string>()
  for (const id of contracts) {
    const contract = await chain.contracts.get(id)
    if (contract?.state !== 'Running' || contract.pending || !contract.running) return false
    running.add(marks.get(contract.running.body) ?? '')
  }
  const found = roots().map(({ mark }) => mark)
  return found.length === running.size && found.every((mark) => running.delete(mark))
}

/** Programs of all bodies that were not started by another: a shell is two for a moment. */
function roots(): { pid: number; mark: string }[] {
  const all = processesOf(MARK)
  return all
    .filter((pid) => !all.includes(Number(/^PPid:\s+(\d+)$/m.exec(read(pid, 'status'))?.[1])))
    .map((pid) => ({ pid, mark: /covenant-mark-\d+-k\d+-/.exec(read(pid, 'cmdline'))?.[0] ?? '' }))
}

/** Processes of this host that belong to a sandbox of the agent with this folder. */
function stagesOf(data: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => read(pid, 'environ').includes(`COVENANT_SANDBOX_ROOT=${data}/`))
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

test(`an agent and its workloads, killed ${KILLS} times at random, come to run what the chain says`, async () => {
  console.log(`COVENANT_SEED=${SEED}`)
  for (let count = 0; count < KILLS; count += 1) {
    const changing = change()
    await delay(dice.below(LONGEST_WAIT_MS))
    await killOne(count % 2 === 0)
    await changing
    await until(isAsTheChainSays)
  }
  console.log(reached)
  assert.ok(reached.agent >= KILLS / 2 && reached.create > 0, JSON.stringify(reached))

  for (const contract of contracts) await submit(chain.calls.contracts.cancel({ contract }))
  contracts.clear()
  await until(isAsTheChainSays)
  await until(() => readdirSync(join(folder, 'runs')).length === 0)
  assert.deepEqual(stagesOf(folder), [], 'no stage of a sandbox is left')
  const { contracts: remembered } = JSON.parse(
    readFileSync(join(folder, 'memory.json'), 'utf8'),
  ) as {
    contracts: number[]
  }
  assert.deepEqual(remembered, [])
  assert.deepEqual(groupsOf((await chain.nodes.get(node))?.agent ?? ''), [])
})

/** Control groups of this agent's workloads. */
function groupsOf(account: string): string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n')
  return mounts
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, mount = '']) => join(mount, 'covenant'))
    .filter((mount) => existsSync(mount))
    .flatMap((mount) => readdirSync(mount))
    .filter((name) => name.startsWith(`${account.slice(0, 12)}.`))
}
