import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { lockFolder } from '@covenant/service/folder-lock'
import { ensureSandbox } from './bubblewrap.ts'
import { endLeftovers, recordProcesses } from './leftovers.ts'
import { checkPorts } from './ports.ts'
import { createReporter } from './report.ts'
import { describeStack, type StackOptions } from './stack.ts'
import { stopRequest } from './stop-request.ts'
import { supervise, type ServiceDefinition, type Supervised } from './supervised.ts'

export type UpOptions = {
  /** The folder that keeps all state. */
  data: string
  /** Begin anew: forget the state of earlier starts. */
  fresh: boolean
  chainPort: number
  apiPort: number
  imagesPort: number
  json: boolean
}

/** What `up` makes in its data folder, and `--fresh` forgets. */
const STATE_FOLDERS = ['chain', 'postgres', 'images', 'agent', 'logs']

/**
 * Runs the whole stack until it is asked to stop: chain, Postgres, indexer, API, image endpoint and
 * one node agent, each a process of its own. Resolves once all have stopped, in reverse order.
 *
 * Throws where it cannot start: a folder or port in use, or a part that fails before it is ready
 * (the parts that had started are stopped first).
 */
export async function up(options: UpOptions): Promise<void> {
  const report = createReporter({ json: options.json })
  const stop = stopRequest()
  const dataFolder = resolve(options.data)
  const unlock = lockFolder(dataFolder)
  const started: Supervised[] = []
  try {
    const processFile = join(dataFolder, 'processes.json')
    const left = await endLeftovers(processFile)
    if (left.length > 0) report.say(`ended what an earlier start had left: ${left.join(', ')}`)
    if (options.fresh) forgetState(dataFolder)
    const logFolder = join(dataFolder, 'logs')
    mkdirSync(logFolder, { recursive: true, mode: 0o700 })

    const stackOptions = stackFrom(options, dataFolder)
    await checkPorts(portsOf(stackOptions))
    const stack = describeStack(stackOptions)
    const processes = recordProcesses(processFile)
    const start = (definition: ServiceDefinition) => {
      const logFile = join(logFolder, `${definition.name}.log`)
      const supervised = supervise({ definition, logFile, processes, onEvent: report.event })
      started.push(supervised)
      return supervised.start()
    }

    const probing = ensureSandbox(report.say)
    // In the order of this list they are stopped backwards: what uses a part goes before it.
    const [database] = await untilStopped(
      stop,
      Promise.all([
        stack.postgres ? start(stack.postgres) : { url: stackOptions.databaseUrl },
        stack.chain && start(stack.chain),
        start(stack.images),
      ]),
    )
    const databaseUrl = String(database['url'])
    await untilStopped(
      stop,
      Promise.all([start(stack.indexer(databaseUrl)), start(stack.api(databaseUrl))]),
    )
    const sandbox = await probing
    const agent = await untilStopped(stop, start(stack.agent))
    report.running({ dataFolder, databaseUrl, urls: stack.urls, agent, sandbox })
    await aborted(stop)
  } catch (error) {
    if (!(error instanceof StoppedEarly)) throw error
  } finally {
    if (started.length > 0) report.say('stopping')
    for (const supervised of started.toReversed()) await supervised.stop()
    unlock()
  }
  report.stopped()
}

class StoppedEarly extends Error {}

/** Waits for `work`, or throws {@link StoppedEarly} as soon as `stop` is aborted. */
function untilStopped<T>(stop: AbortSignal, work: Promise<T>): Promise<T> {
  const early = aborted(stop).then(() => {
    throw new StoppedEarly()
  })
  return Promise.race([work, early])
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function forgetState(dataFolder: string): void {
  for (const name of STATE_FOLDERS) {
    const folder = join(dataFolder, name)
    if (existsSync(folder)) rmSync(folder, { recursive: true })
  }
}

function stackFrom(options: UpOptions, dataFolder: string): StackOptions {
  const { chainPort, apiPort, imagesPort } = options
  return {
    dataFolder,
    chainPort,
    apiPort,
    imagesPort,
    chainUrl: process.env['COVENANT_CHAIN'] || undefined,
    databaseUrl: process.env['DATABASE_URL'] || undefined,
  }
}

function portsOf({ chainUrl, chainPort, apiPort, imagesPort }: StackOptions) {
  const use = (port: number, what: string, name: string) => ({
    port,
    what,
    flag: `--${name}-port`,
    variable: `COVENANT_${name.toUpperCase()}_PORT`,
  })
  return [
    ...(chainUrl === undefined ? [use(chainPort, "chain's JSON-RPC", 'chain')] : []),
    use(apiPort, 'API', 'api'),
    use(imagesPort, 'image endpoint', 'images'),
  ]
}
