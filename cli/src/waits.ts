/**
 * What `--wait` takes: `none`, the pool has the transaction; `finalized`, it is final; `quorum`, the
 * proposal is decided; `running`, all that it offers runs.
 */
export const WAITS = ['none', 'finalized', 'quorum', 'running'] as const
export type WaitOptions = {
  wait: (typeof WAITS)[number]
  /** Seconds, for all of it. */ timeout: number
}
