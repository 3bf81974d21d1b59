/**
 * One agent with many contracts: how long until it has accepted, started, restarted and ended all of
 * them, what it costs while nothing happens, and how much memory it takes.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Chain, connect } from '@covenant/chain-client'
import { ISOLATION } from '@covenant/service/sandbox-probe'
import { startStack, type Stack } from '../../stack.ts'
import { cpuSeconds, median } from '../measure.ts'
import type { Bench } from '../run.ts'
import { type AgentHome, agentHome } from './agent-process.ts'
import { memoryOf } from './memory.ts'
import { cancel, offer, owner } from './offers.ts'

const CONTRACTS = 500
const SINGLES = 5
const IDLE_MS = 60_000
/** Of how many the rate of bare launches is taken, and how many are under way at once. */
const BARE = { launches: 400, atOnce: 4 }

type Say = (line: string) => void
type Figures = Bench['figures']

export async function bench(say: Say): Promise<Bench> {
  const stack = await startStack()
  try {
    const chain = await connect({ endpoint: stack.urls.chain })
    const home = agentHome(stack, owner.address)
    try {
      const figures = await measure({ stack, chain, home, say })
      return {
        what: `one agent with ${CONTRACTS} contracts, each a program in a sandbox of its own, on the embedded chain`,
        figures,
      }
    } finally {
      await chain.close()
    }
  } finally {
    await stack.stop()
    stack.remove()
  }
}

type Given = { stack: Stack; chain: Chain; home: AgentHome; say: Say }

async function measure({ stack, chain, home, say }: Given): Promise<Figures> {
  const { reference: image } = await stack.json<{ reference: string }>(
    ...['image', 'pack', '--name', 'small', '--out', join(stack.dataFolder, 'images')],
    ...['/bin/sh', '/bin/sleep'],
  )
  const figures: Figures = []
  const tell = (name: string, value: number, unit: string, goal?: string) => {
    say(`  ${name}: ${value.toFixed(2)} ${unit}`)
    figures.push({ name, value, unit, ...(goal !== undefined && { goal }) })
  }
  let agent = home.start()
  try {
    const node = await until(() => home.status()?.node)
    await until(async () => (await chain.nodes.get(node))?.agent)
    say(`an agent serves node ${node}; nothing happens for a minute`)
    await delay(IDLE_MS)
    const idle = memoryOf(agent.pid)
    tell('idle without a contract, memory of its own', idle.own, 'MB', '80 or less')
    tell('idle without a contract, its share of all memory', idle.proportional, 'MB')
    tell('idle without a contract, resident', idle.resident, 'MB')

    say('launching a bare bubblewrap again and again')
    const bare = await bareLaunches()
    tell('bare bubblewrap', bare, 'launches/s')

    say(`offering ${CONTRACTS} contracts`)
    const ids = await offer(chain, { node, image, count: CONTRACTS })
    const accepting = stopwatch()
    const chainProcess = { pid: stack.pidOf('covenant-chain') }
    const chainBefore = cpuSeconds(chainProcess)
    const running = () => until(() => home.running().length === CONTRACTS)
    await until(async () => (await chain.nodes.get(node))?.reserved.cpu === CONTRACTS)
    tell('offered, until all are accepted', accepting(), 's')
    tell('processor time of the chain in that', cpuSeconds(chainProcess) - chainBefore, 's')
    await running()
    tell('offered, until all run', accepting(), 's')

    say('restarting the agent with its folder')
    await agent.stop()
    const kept = stopwatch()
    agent = home.start()
    await running()
    const keptSeconds = kept()
    tell('restarted with its folder, until all run', keptSeconds, 's')
    tell('processor time of the agent itself in that', cpuSeconds(agent), 's')

    say('restarting the agent with an empty folder')
    await agent.stop()
    home.wipe()
    const wiped = stopwatch()
    agent = home.start()
    await until(() => home.running().length > 0)
    const firstSeconds = wiped()
    await running()
    const wipedSeconds = wiped()
    tell('restarted with nothing but its seed, until the first runs', firstSeconds, 's')
    tell('restarted with nothing but its seed, until all run', wipedSeconds, 's')
    tell('processor time of the agent itself in that', cpuSeconds(agent), 's')
    const rate = CONTRACTS / (wipedSeconds - firstSeconds)
    tell('launches from the first to the last', rate, 'launches/s')
    tell('the same beside bare bubblewrap', rate / bare, 'times')

    say('waiting until the chain knows how all are, then a minute')
    await until(async () =>
      (await chain.contracts.all()).every((one) => one.report?.health === 'Healthy'),
    )
    const before = cpuSeconds(agent)
    await delay(IDLE_MS)
    tell('all running, processor time of a minute', cpuSeconds(agent) - before, 's')
    tell('all running, memory of its own', memoryOf(agent.pid).own, 'MB')

    say('one more, again and again')
    const singles: number[] = []
    for (let nth = 1; nth <= SINGLES; nth += 1) {
      ids.push(...(await offer(chain, { node, image, count: 1 })))
      const single = stopwatch()
      await until(() => home.running().length === CONTRACTS + nth)
      singles.push(single())
    }
    tell('one more contract, from final to running', median(singles), 's')

    say('closing all')
    await cancel(chain, ids)
    const closing = stopwatch()
    await until(() => home.status()?.contracts.length === 0)
    tell('all closed, until all are stopped', closing(), 's')
    await until(() => home.remembered().length === 0)
    tell('all closed, until nothing is left of them', closing(), 's')
    return figures
  } finally {
    await agent.stop()
  }
}

/** How many sandboxes a second this machine starts, and ends, with the agent's isolation and nothing else. */
async function bareLaunches(): Promise<number> {
  const argv = [...ISOLATION, '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', '--']
  const since = stopwatch()
  let left = BARE.launches
  const lane = async () => {
    while (left-- > 0) {
      const child = spawn('bwrap', [...argv, '/bin/true'], { cwd: '/', stdio: 'ignore' })
      const [code] = (await once(child, 'exit')) as [number | null]
      if (code !== 0) throw new Error(`bwrap ended with ${code}`)
    }
  }
  await Promise.all(Array.from({ length: BARE.atOnce }, lane))
  return BARE.launches / since()
}

function stopwatch(): () => number {
  const from = performance.now()
  return () => (performance.now() - from) / 1000
}

/** Looks often, since what is measured is when it becomes so. */
async function until<T>(look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== null && found !== false) return found
    await delay(50)
  }
}
