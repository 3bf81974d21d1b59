import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AGENT_ENVIRONMENT, AGENT_FLAGS } from '../../agent-flags.ts'

const AGENT = fileURLToPath(import.meta.resolve('@covenant/node-agent/main'))

export type AgentOptions = {
  /** The agent's own folder. */
  data: string
  chain: string
  api: string
  /** A key that registers the node where the chain does not know it. */
  operator?: string
}

/** Runs one more node agent in the foreground until it is asked to stop; its exit code. */
export async function runAgent({ data, chain, api, operator }: AgentOptions): Promise<number> {
  const args = [`--data=${resolve(data)}`, `--chain=${chain}`, `--api=${api}`]
  if (operator !== undefined) args.push(`--operator=${operator}`)
  const flags = [...AGENT_FLAGS, '--title=covenant-agent']
  const child = spawn(process.execPath, [...flags, AGENT, ...args], {
    env: { ...process.env, ...AGENT_ENVIRONMENT },
    stdio: 'inherit',
  })
  // A signal to this process alone is passed on; the terminal's own reach both.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => child.kill(signal))
  }
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal])
}
