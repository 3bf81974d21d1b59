import type {
  TaskCall,
  TaskResponse,
  WasmExecutor,
} from '@acala-network/chopsticks-core/wasm-executor/index'
import { Worker } from 'node:worker_threads'
import type { Hex } from '@covenant/schema/hash'
import * as Comlink from 'comlink'
import nodeAdapter from 'comlink/dist/umd/node-adapter.js'
import { toBytes } from './scale.ts'
import type { Changes, State } from './state.ts'

export type RuntimeCall = [method: string, argument: Hex]

export type RunResult = {
  /** What the last call returned. */
  result: Hex
  /** What all calls changed together. */
  changes: Changes
}

export type RunOptions = {
  /** The runtime, compressed or not. */
  code: Hex
  state: State
  /**
   * Run one after another on what the earlier ones left. Most of the time of a run goes into
   * compiling the runtime, so twenty calls in one run cost little more than one.
   */
  calls: RuntimeCall[]
}

export type RuntimeVersion = {
  specName: string
  implName: string
  authoringVersion: number
  specVersion: number
  implVersion: number
  /** The runtime APIs: the hash of each one's name, and its version. */
  apis: [Hex, number][]
  transactionVersion: number
  stateVersion: number
}

// It is declared as a module with a default export, and is that export itself.
const nodeEndpoint = nodeAdapter as unknown as typeof nodeAdapter.default

/** Runs a runtime in a thread of its own. */
export type Executor = {
  /** Throws {@link RuntimeTrapped} where the runtime panics, {@link RunTimedOut} where it never ends. */
  run(options: RunOptions): Promise<RunResult>
  version(code: Hex): Promise<RuntimeVersion>
  /** The root of the trie of `entries`, laid out by that version of the state. */
  trieRoot(entries: [Hex, Hex][], stateVersion: 0 | 1): Promise<Hex>
  close(): Promise<void>
}

/** There is no such function, or the runtime gave up in the middle of it; nothing has changed. */
export class RuntimeTrapped extends Error {
  override name = 'RuntimeTrapped'
}

/** The call did not come to an end; its thread was stopped, and the next call starts a new one. */
export class RunTimedOut extends Error {
  override name = 'RunTimedOut'
}

/** Runtime calls take milliseconds; one that lasts this long on any machine will never end. */
const RUN_TIMEOUT_MS = 120_000

/** The runtime's own log lines from errors (1) to information (3); making more of them takes time. */
const RUNTIME_LOG_LEVEL = 3

type Callbacks = Parameters<WasmExecutor['runTask']>[1] & object

/** The worker as it is; the declared type leaves out two fields that its code reads. */
type Remote = Omit<WasmExecutor, 'runTask'> & {
  runTask(
    task: Omit<TaskCall, 'mockSignatureHost'> & { id: number; mockSignatureHost: number },
    callbacks: Callbacks,
  ): Promise<TaskResponse>
}

export type ExecutorOptions = {
  /** Gets each line that the runtime logs. */
  onRuntimeLog?: (line: { target: string; message: string }) => void
  /** @default 120000 */
  timeoutMs?: number
}

export function createExecutor({
  onRuntimeLog = () => {},
  timeoutMs = RUN_TIMEOUT_MS,
}: ExecutorOptions = {}): Executor {
  let thread: { worker: Worker; remote: Remote } | undefined
  const open = new Set<(reason: Error) => void>()
  let runs = 0

  const start = () => {
    const worker = new Worker(new URL('executor-worker.ts', import.meta.url), {
      name: 'covenant-runtime',
      stderr: true,
    })
    worker.stderr.setEncoding('utf8').on('data', (text: string) => {
      onRuntimeLog({ target: 'runtime', message: text.trim() })
    })
    const remote = Comlink.wrap(nodeEndpoint(worker)) as unknown as Remote
    thread = { worker, remote }
    // All open runs end with their thread; the next run starts another.
    worker.on('error', (error) => abandon(worker, error))
    worker.on('exit', () => abandon(worker, new RuntimeTrapped('the executor ended')))
    return thread
  }
  const abandon = (worker: Worker, reason: Error) => {
    if (thread?.worker !== worker) return
    thread = undefined
    open.forEach((reject) => reject(reason))
  }
  const stop = async (reason: Error) => {
    if (!thread) return
    const { worker } = thread
    abandon(worker, reason)
    await worker.terminate()
  }

  const within = async <T>(ask: (remote: Remote) => Promise<T>): Promise<T> => {
    const { remote } = thread ?? start()
    const answer = Promise.withResolvers<T>()
    open.add(answer.reject)
    const timer = setTimeout(
      () => void stop(new RunTimedOut(`the runtime did not answer within ${timeoutMs} ms`)),
      timeoutMs,
    )
    ask(remote).then(answer.resolve, answer.reject)
    try {
      return await answer.promise
    } finally {
      clearTimeout(timer)
      open.delete(answer.reject)
    }
  }

  return {
    run: async ({ code, state, calls }) => {
      const { callbacks, release } = lend(state)
      try {
        const response = await within<TaskResponse>((remote) =>
          remote.runTask(
            {
              wasm: code,
              calls: calls.map(([method, argument]) => [method, [argument]]),
              mockSignatureHost: 0,
              allowUnresolvedImports: false,
              runtimeLogLevel: RUNTIME_LOG_LEVEL,
              storageProofSize: 0,
              id: runs++,
            },
            callbacks,
          ),
        )
        if ('Error' in response) throw new RuntimeTrapped(response.Error)
        const { result, storageDiff, runtimeLogs } = response.Call
        for (const { level, target = 'runtime', message } of runtimeLogs) {
          // Errors were printed.
          if (level !== 0) onRuntimeLog({ target, message })
        }
        // A removed key comes without a value, whatever the declared type says.
        return { result, changes: new Map(storageDiff.map(([key, value]) => [key, value ?? null])) }
      } finally {
        release()
      }
    },
    version: async (code) => {
      const version = await within((remote) => remote.getRuntimeVersion(code))
      const text = (hex: string) => toBytes(hex as Hex).toString('utf8')
      return { ...version, specName: text(version.specName), implName: text(version.implName) }
    },
    trieRoot: (entries, stateVersion) =>
      within((remote) => remote.calculateStateRoot(entries, stateVersion)),
    close: () => stop(new Error('the executor is closed')),
  }
}

/**
 * The state as callbacks for the worker. They travel over a channel of their own, which is closed as
 * soon as the run is over: left to the garbage collector, channels pile up by the thousand.
 */
function lend(state: State): { callbacks: Callbacks; release: () => void } {
  const { port1, port2 } = new MessageChannel()
  const noOffchain = () => Promise.reject(new Error('no offchain worker runs on this chain'))
  const callbacks: Callbacks = {
    getStorage: async (key) => state.get(key),
    getNextKey: async (prefix, key) => nextWithin(state, prefix, key),
    offchainGetStorage: noOffchain,
    offchainTimestamp: noOffchain,
    offchainRandomSeed: noOffchain,
    offchainSubmitTransaction: noOffchain,
  }
  Comlink.expose(callbacks, port1)
  return {
    // What arrives in the worker has these functions; see the transfer handler below.
    callbacks: new LentPort(port2) as unknown as Callbacks,
    release: () => port1.close(),
  }
}

/** Clearing a prefix asks for the prefix itself first; asking for the key after one asks without. */
function nextWithin(state: State, prefix: Hex, key: Hex): Hex | undefined {
  const isClearing = prefix !== '0x'
  if (isClearing && key === prefix && state.get(key) !== undefined) return key
  const next = state.nextKey(key)
  return next?.startsWith(prefix) ? next : undefined
}

class LentPort {
  readonly port: MessagePort
  constructor(port: MessagePort) {
    this.port = port
  }
}

// The worker turns what a handler named `proxy` sends it into an object of remote functions. The
// library's own handler of that name opens a channel that only the worker can close.
Comlink.transferHandlers.set('proxy', {
  canHandle: (value) => value instanceof LentPort,
  serialize: ({ port }: LentPort) => [port, [port]],
  deserialize: (port: MessagePort) => Comlink.wrap(port),
})
