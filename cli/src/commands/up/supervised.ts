import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { ServiceMessage } from '@covenant/service'
import type { Processes } from './leftovers.ts'

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 30_000
/** A process that worked this long has recovered: its next fall begins at the first delay. */
const STEADY_MS = 60_000
const STOP_GRACE_MS = 10_000
const MAX_LOG_BYTES = 8 << 20

export type Facts = Record<string, unknown>

export type ServiceDefinition = {
  /** As it appears in the process's command line, e.g. `covenant-chain`. */
  name: string
  entry: string
  args: string[]
  nodeFlags?: string[]
  /** Environment of its own, for what must not be read in a list of processes. */
  env?: Record<string, string>
}

export type SupervisorEvent =
  | { type: 'ready'; name: string; facts: Facts }
  | { type: 'ended'; name: string; how: string; restartInMs: number; logFile: string }
  | { type: 'killed'; name: string; afterMs: number }

export type Supervised = {
  /** Starts it and resolves with its facts once it is ready; rejects if it ends before. */
  start(): Promise<Facts>
  /** Asks it to stop and waits until it has; kills it after 10 s. No restart follows. */
  stop(): Promise<void>
}

export type SuperviseOptions = {
  definition: ServiceDefinition
  logFile: string
  processes: Processes
  onEvent: (event: SupervisorEvent) => void
}

/**
 * Keeps one process running: whenever it ends without being asked, it is started again, after
 * 0.5 s at first and twice as long each time, up to 30 s.
 */
export function supervise(options: SuperviseOptions): Supervised {
  const { definition, logFile, processes, onEvent } = options
  const { name } = definition
  let child: ChildProcess | undefined
  let stopping: AbortController | undefined
  let fallen = 0

  /** One life of the process, from its spawn to its end; rejects where it cannot even begin. */
  const live = (onReady: (facts: Facts) => void): Promise<{ how: string; failure?: string }> =>
    new Promise((resolve, reject) => {
      const log = openLog(logFile)
      const { entry, args, nodeFlags = [], env } = definition
      const spawned = spawn(process.execPath, [...nodeFlags, `--title=${name}`, entry, ...args], {
        // A session of its own: the terminal's Ctrl-C reaches the supervisor alone, which then
        // stops everything in order.
        detached: true,
        stdio: ['ignore', log, log, 'ipc'],
        env: { ...process.env, ...env },
      })
      closeSync(log)
      child = spawned
      let failure: string | undefined
      spawned.on('message', (message: ServiceMessage) => {
        if (message.type === 'ready') onReady(message.facts)
        else failure = message.message
      })
      // Of a process that runs already, an error says only that a message or signal did not reach it.
      spawned.once('error', (error) => {
        if (spawned.pid === undefined) reject(error)
      })
      spawned.once('spawn', () => processes.remember(name, spawned.pid!))
      spawned.once('exit', (code, signal) => {
        if (spawned.pid !== undefined) processes.forget(spawned.pid)
        child = undefined
        const how = signal ? `was ended by ${signal}` : `ended with code ${code}`
        const tell = () => resolve(failure === undefined ? { how } : { how, failure })
        // Its last message may still be on the way.
        if (spawned.connected) spawned.once('disconnect', tell)
        else tell()
      })
    })

  /** Lives again and again until it is asked to stop. */
  const keepAlive = async (stop: AbortSignal, end: { how: string; failure?: string }) => {
    let last = end
    while (!stop.aborted) {
      const restartInMs = Math.min(FIRST_DELAY_MS * 2 ** fallen, LONGEST_DELAY_MS)
      fallen += 1
      onEvent({ type: 'ended', name, how: last.failure ?? last.how, restartInMs, logFile })
      await delay(restartInMs, undefined, { signal: stop }).catch(() => {})
      if (stop.aborted) return
      let readyAt: number | undefined
      last = await live((facts) => {
        readyAt = Date.now()
        onEvent({ type: 'ready', name, facts })
      }).catch(({ message }: Error) => ({ how: `could not be started (${message})` }))
      if (readyAt !== undefined && Date.now() - readyAt > STEADY_MS) fallen = 0
    }
  }

  return {
    start: () =>
      new Promise((resolve, reject) => {
        const stop = (stopping = new AbortController()).signal
        let ready = false
        live((facts) => {
          ready = true
          onEvent({ type: 'ready', name, facts })
          resolve(facts)
        })
          .then((end) => {
            if (stop.aborted) return reject(new Error(`${name} was stopped before it was ready`))
            if (ready) return keepAlive(stop, end)
            const why = end.failure ?? `${name} ${end.how} before it was ready; its log: ${logFile}`
            return reject(new Error(why))
          })
          .catch(reject)
      }),
    stop: async () => {
      stopping?.abort()
      const running = child
      if (!running || running.exitCode !== null || running.signalCode !== null) return
      const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()))
      running.kill('SIGTERM')
      const timer = setTimeout(() => {
        onEvent({ type: 'killed', name, afterMs: STOP_GRACE_MS })
        running.kill('SIGKILL')
      }, STOP_GRACE_MS)
      await ended
      clearTimeout(timer)
    },
  }
}

/** Opens a log for appending; one that has grown is kept once, as `.1`. */
function openLog(file: string): number {
  if (existsSync(file) && statSync(file).size > MAX_LOG_BYTES) renameSync(file, `${file}.1`)
  return openSync(file, 'a', 0o600)
}
