import { createLog, type Log, type LogFields } from './log.ts'

export type Service = {
  log: Log
  /** Aborted when the process is asked to stop: by a signal, or because its supervisor is gone. */
  signal: AbortSignal
  /** Says that the process does its work from now on; `facts` reach the log and the supervisor. */
  ready(facts?: LogFields): void
}

/** What a process tells the supervisor that started it. */
export type ServiceMessage =
  | { type: 'ready'; facts: LogFields }
  | { type: 'failed'; message: string }

/**
 * Runs `main` as the process `name`, from its first line to its exit code.
 *
 * `main` returns once `signal` is aborted and all that it opened is closed: the process then ends
 * with code 0. An error that it throws is written as one line and ends the process with code 1.
 * A process started by the supervisor (over an IPC channel) also stops when that channel closes,
 * so that a supervisor killed without warning leaves nothing behind.
 */
export function runService(name: string, main: (service: Service) => Promise<void>): void {
  const log = createLog(name)
  const stopping = new AbortController()
  const stop = (reason: string) => {
    if (stopping.signal.aborted) return
    log.info('stopping', { reason })
    stopping.abort(new Error(`${name} is stopping (${reason})`))
  }

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => stop(signal))
  }
  if (process.connected) process.on('disconnect', () => stop('the supervisor is gone'))

  // Resolves once the message is on its way. A supervisor that is gone is noticed by `disconnect`; a
  // failed send adds nothing to that.
  const tell = (message: ServiceMessage) =>
    new Promise<void>((resolve) => {
      if (process.connected) process.send?.(message, () => resolve())
      else resolve()
    })
  const fail = async (error: unknown) => {
    const message = messageOf(error)
    log.error(message)
    log.debug('it failed here', { stack: error instanceof Error ? error.stack : undefined })
    process.exitCode = 1
    await tell({ type: 'failed', message })
  }
  // A fault that no code expected leaves the process in an unknown state: it ends, and the
  // supervisor starts it anew.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, async (error: unknown) => {
      await fail(error)
      process.exit()
    })
  }

  const service: Service = {
    log,
    signal: stopping.signal,
    ready: (facts = {}) => {
      log.info('ready', facts)
      void tell({ type: 'ready', facts })
    },
  }
  void main(service)
    .catch(async (error: unknown) => {
      if (!(stopping.signal.aborted && isAbort(error, stopping.signal))) await fail(error)
    })
    .finally(() => {
      // What is still open now (a socket, a timer, the IPC channel) belongs to nobody any more.
      process.exit()
    })
}

/** Whether an error only says that the work was called off by `signal`. */
function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
