import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { connect } from '@covenant/chain-client'
import { until } from '../stack.ts'

const TARGET =
  process.env['CARGO_TARGET_DIR'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'covenant/target')

/** The node as `chain/scripts/build-node` leaves it, or whichever COVENANT_NODE names. */
export const BINARY = process.env['COVENANT_NODE'] ?? join(TARGET, 'node/debug/covenant-node')

export type ValidatorOptions = {
  /** Keeps its database and its log. */
  folder: string
  /** The file of the chain spec. */
  spec: string
  rpcPort: number
}

export type Validator = {
  url: string
  process: ChildProcess
  /** Ends it with `signal` and waits until it has. */
  end(signal: NodeJS.Signals): Promise<void>
}

/** Starts the only validator of a development chain and resolves when it answers. */
export async function startValidator(options: ValidatorOptions): Promise<Validator> {
  const { folder, spec, rpcPort } = options
  if (!existsSync(BINARY)) {
    throw new Error(
      `${BINARY} is missing: chain/scripts/build-node makes it, or COVENANT_NODE names it`,
    )
  }
  const logFile = join(folder, 'node.log')
  const log = openSync(logFile, 'a')
  const child = spawn(
    BINARY,
    [
      ...['--chain', spec, '--base-path', folder, '--alice', '--node-key', '1'.padStart(64, '0')],
      ...['--rpc-port', String(rpcPort), '--listen-addr', '/ip4/127.0.0.1/tcp/0'],
      ...['--state-pruning', 'archive', '--blocks-pruning', 'archive'],
      ...['--no-mdns', '--no-prometheus', '--no-telemetry'],
    ],
    { stdio: ['ignore', log, log] },
  )
  closeSync(log)
  const ended = once(child, 'exit')
  const url = `ws://127.0.0.1:${rpcPort}`
  await until(async () => {
    if (child.exitCode !== null || child.signalCode !== null) {
      const tail = readFileSync(logFile, 'utf8').split('\n').slice(-20).join('\n')
      throw new Error(`the node ended with ${child.exitCode ?? child.signalCode}:\n${tail}`)
    }
    const chain = await connect({ endpoint: url }).catch(() => null)
    await chain?.close()
    return chain !== null
  })
  return {
    url,
    process: child,
    end: async (signal) => {
      child.kill(signal)
      await ended
    },
  }
}

/** The local addresses that a process of this host listens on at a TCP port, as the kernel has them. */
export function listenersAt(port: number): string[] {
  const LISTEN = '0A'
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => local.endsWith(`:${hexPort}`) && state === LISTEN)
    .map(([, local = '']) => local.split(':')[0] ?? '')
}
