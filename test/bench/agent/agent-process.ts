/** One node agent beside a stack, started as `covenant agent` starts it, whose folder can be taken from it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AGENT_ENVIRONMENT, AGENT_FLAGS } from '@covenant/cli/agent-flags'
import { AGENT_FILES, type AgentStatus } from '@covenant/schema/agent-status'
import { DEFAULT_POLICY } from '@covenant/schema/policy'
import type { Stack } from '../../stack.ts'

const MAIN = fileURLToPath(import.meta.resolve('@covenant/node-agent/main'))

export type AgentProcess = {
  pid: number
  stop(): Promise<void>
}

export type AgentHome = {
  start(): AgentProcess
  /** Takes everything but the seed and the operator's policy, which are not the agent's to make. */
  wipe(): void
  /** What it says of itself; undefined while it has said nothing. */
  status(): AgentStatus | undefined
  /** The processes of its programs. */
  running(): number[]
  /** The contracts that have left something in its folder. */
  remembered(): number[]
}

/** `owner` may put contracts on the node. */
export function agentHome(stack: Stack, owner: string): AgentHome {
  const home = join(stack.dataFolder, 'bench-agent')
  const data = join(home, 'data')
  mkdirSync(home)
  const make = () => {
    mkdirSync(data, { mode: 0o700 })
    const policy = DEFAULT_POLICY.replace('owners: []', `owners: [${owner}]`)
    writeFileSync(join(data, AGENT_FILES.policy), policy)
  }
  make()
  const status = () => {
    try {
      return JSON.parse(readFileSync(join(data, AGENT_FILES.status), 'utf8')) as AgentStatus
    } catch {
      return undefined
    }
  }
  return {
    start: () => {
      const flags = [...AGENT_FLAGS, '--title=covenant-agent', MAIN]
      const { chain, api } = stack.urls
      const args = [
        ...[`--data=${data}`, `--seed-file=${join(home, 'seed')}`],
        ...[`--chain=${chain}`, `--api=${api}`, '--operator=//Eve'],
      ]
      const child = spawn(process.execPath, [...flags, ...args], {
        env: { ...process.env, ...AGENT_ENVIRONMENT, COVENANT_LOG: 'warn' },
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      return { pid: child.pid as number, stop: () => stop(child) }
    },
    wipe: () => {
      rmSync(data, { recursive: true })
      make()
    },
    status,
    running: () =>
      (status()?.contracts ?? []).flatMap(({ services }) =>
        services.flatMap(({ state, pid }) => (state === 'running' && pid !== null ? [pid] : [])),
      ),
    remembered: () => {
      const memory = readFileSync(join(data, 'memory.json'), 'utf8')
      return (JSON.parse(memory) as { contracts: number[] }).contracts
    },
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
