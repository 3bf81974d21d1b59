/** What `--wait` takes: `finalized`, the vote itself; `quorum`, the proposal is decided; `running`, its contract runs. */
export const WAITS = ['finalized', 'quorum', 'running'] as const
export type WaitOptions = { wait: (typeof WAITS)[number]; /** Seconds. */ timeout: number }
