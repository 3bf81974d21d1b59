import type { ExecutorName } from '@covenant/schema/policy'
import type { Limits } from './limits.ts'
import type { Network } from './network.ts'
import type { SandboxVolumes } from './volume-mounts.ts'

/** How a workload ended: its program's code (128 and the signal's number if killed), or why none ran. */
export type Exit = { type: 'exited'; code: number } | { type: 'failed'; error: string }

export type Program = {
  /** Its process on the host. */
  pid: number
  /** Its network, as long as it runs. */
  network: Network
}

export type Sandbox = {
  /** The program, from the moment it may run; undefined if it never did. */
  started: Promise<Program | undefined>
  /** Resolves when the program and all that it started are gone; never rejects. */
  exited: Promise<Exit>
  /** Asks the program to end (SIGTERM) and ends it after `graceMs`. Resolves with its exit. */
  stop(graceMs: number): Promise<Exit>
}

export type SandboxSpec = {
  /** The folder that becomes the workload's root, read-only. */
  root: string
  /** The workload's uid on the host, when the agent is root; undefined when it is a plain user. */
  uid: number | undefined
  hostname: string
  command: readonly string[]
  env: Readonly<Record<string, string>>
  limits: Limits
  /** What of its root it can write to for good, and how; for an agent that is root alone. */
  volumes?: SandboxVolumes | undefined
}

export type LaunchOptions = SandboxSpec & {
  /** What the workload is called on this host, by one that no other has. */
  name: string
  output: (chunk: Uint8Array) => void
}

/**
 * What starts programs in sandboxes of their own, each of which ends with this process whatever becomes
 * of it. There is no other way to start one: where a stage cannot do its part, nothing runs.
 */
export type Executor = {
  name: ExecutorName
  version: string
  launch(options: LaunchOptions): Sandbox
}
