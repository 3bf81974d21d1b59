const PARENT_POLL_MS = 250

/**
 * Aborted when the supervisor is asked to stop: by SIGINT, SIGTERM or SIGHUP, or because the npm
 * that started it has gone (npm passes SIGHUP on to nobody).
 */
export function stopRequest(): AbortSignal {
  const request = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Often twice: the terminal signals the whole group, and npm passes its own on.
    process.on(name, () => request.abort(name))
  }
  if (process.env['npm_lifecycle_event'] !== undefined) {
    const parent = process.ppid
    const timer = setInterval(() => {
      if (process.ppid !== parent) request.abort('npm has gone')
    }, PARENT_POLL_MS)
    timer.unref()
  }
  return request.signal
}
