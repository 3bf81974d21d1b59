/** What a command's exit code tells a script. */
export const EXIT = {
  ok: 0,
  failure: 1,
  /** Wrong usage, or an invalid file, address or amount. */
  usage: 2,
  /** `plan --exit-code`: there is something to do. */
  changes: 3,
  /** A proposal or contract was rejected, expired, or is closed. */
  rejected: 4,
  /** What was shown or planned is no longer so: nothing was signed. */
  stale: 5,
  /** A `--wait` ran out of time; what was waited for may still come. */
  timedOut: 6,
  /** The chain or the API does not answer. */
  unreachable: 7,
  /** The key may not be used: a development key on a chain that is not one. */
  keyRefused: 8,
  /** Ctrl-C, as shells have it. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
