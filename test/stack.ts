import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { answerOf } from '@covenant/cli/answers'

export const ROOT = join(import.meta.dirname, '..')
export const LAUNCHER = join(ROOT, 'cli/bin/covenant.js')
const POLL_MS = 100

export type CommandResult = { code: number | null; stdout: string; stderr: string }

export type Stack = {
  dataFolder: string
  ports: Ports
  urls: { chain: string; api: string; images: string }
  agent: { node: number; agent: string }
  /** The supervisor's process. */
  supervisor: ChildProcess
  /** Runs `covenant …` against this stack. */
  covenant(...args: string[]): Promise<CommandResult>
  /** The same with `--json`, which must succeed; its answer, which must be of the command's shape. */
  json<T>(...args: string[]): Promise<T>
  /** One GraphQL query, which must succeed; its data. */
  query<T>(query: string): Promise<T>
  /** The id of one of the stack's processes, by its name, e.g. `covenant-indexer`. */
  pidOf(name: string): number
  /** Asks the supervisor to stop and waits until it has; its exit code. */
  stop(): Promise<number | null>
  /** Removes the data folder. */
  remove(): void
}

type Ports = [chain: number, api: number, images: number]

export type StackOptions = {
  /** An earlier stack, to go on with its state and on its ports. */
  after?: Stack
  /** Starts it by `npm start`; the supervisor is then npm's child, and `supervisor` is npm. */
  npm?: boolean
  env?: Record<string, string>
}

/** Starts the stack as a user does, on ports of its own, and resolves once it is running. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { after } = options
  const dataFolder = after?.dataFolder ?? mkdtempSync(join(tmpdir(), 'covenant-stack-'))
  const ports = after?.ports ?? ((await freePorts(3)) as Ports)
  const [chainPort, apiPort, imagesPort] = ports
  const args = [
    ...['up', '--json', `--data=${dataFolder}`, `--chain-port=${chainPort}`],
    ...[`--api-port=${apiPort}`, `--images-port=${imagesPort}`],
  ]
  const env = { ...process.env, ...options.env }
  const [program, words] = options.npm
    ? ['npm', ['--silent', 'start', '--', ...args.slice(1)]]
    : [process.execPath, [LAUNCHER, ...args]]
  const supervisor = spawn(program, words, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let problems = ''
  supervisor.stderr.on('data', (chunk) => (problems += String(chunk)))
  const ended = once(supervisor, 'exit')

  type Running = { urls: Stack['urls']; agent: Stack['agent'] }
  const running = new Promise<Running>((resolve, reject) => {
    createInterface({ input: supervisor.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as { type: string } & Running
      if (event.type === 'running') resolve(event)
    })
    // 'close' comes once all that it said has arrived.
    supervisor.once('close', () => {
      reject(new Error(`the stack ended before it was running: ${problems}`))
    })
  })
  const { urls, agent } = await running

  const covenant = (...words: string[]) =>
    runCommand([LAUNCHER, ...words], { ...env, ...commandEnvironment({ urls, dataFolder }) })
  return {
    dataFolder,
    ports,
    urls,
    agent,
    supervisor,
    covenant,
    json: async <T>(...words: string[]) => {
      const { code, stdout, stderr } = await covenant(...words, '--json')
      assert.equal(code, 0, `covenant ${words.join(' ')}: ${stderr}`)
      return answerOf(words).parse(JSON.parse(stdout)) as T
    },
    query: async <T>(query: string) => {
      const response = await fetch(`${urls.api}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      })
      const { data, errors } = (await response.json()) as { data: T; errors?: unknown }
      assert.equal(errors, undefined, `${query}: ${JSON.stringify(errors)}`)
      return data
    },
    pidOf: (name) => {
      const list = JSON.parse(readFileSync(join(dataFolder, 'processes.json'), 'utf8')) as {
        name: string
        pid: number
      }[]
      const found = list.find((process) => process.name === name)
      assert.ok(found, `${name} is running`)
      return found.pid
    },
    stop: async () => {
      if (supervisor.exitCode === null && supervisor.signalCode === null) supervisor.kill('SIGTERM')
      const [code] = (await ended) as [number | null]
      return code
    },
    remove: () => rmSync(dataFolder, { recursive: true, force: true }),
  }
}

/** What `covenant …` finds a stack by. */
export function commandEnvironment({
  urls,
  dataFolder,
}: Pick<Stack, 'urls' | 'dataFolder'>): NodeJS.ProcessEnv {
  return {
    ...process.env,
    COVENANT_CHAIN: urls.chain,
    COVENANT_API: urls.api,
    COVENANT_IMAGES_PORT: new URL(urls.images).port,
    COVENANT_DATA: dataFolder,
  }
}

/** Runs one process to its end. */
export async function runCommand(
  args: string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<CommandResult> {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

/** Asks again and again until the answer is something, and returns it. */
export async function until<T>(
  look: () => T | undefined | false | null | Promise<T | undefined | false | null>,
): Promise<T> {
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== null && found !== false) return found
    await delay(POLL_MS)
  }
}

/** Ports that nobody listens on now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}
