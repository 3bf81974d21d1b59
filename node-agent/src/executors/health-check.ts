import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import type { HealthCheck } from '@covenant/schema/health-check'
import { checkSource } from './check-program.ts'
import { withoutRights } from './command.ts'
import type { Network } from './network.ts'
import type { CheckTools } from './tools.ts'

/** `impossible`: the host could not ask, which says nothing of the workload. */
export type CheckResult =
  | { type: 'well' }
  | { type: 'failed'; why: string }
  | { type: 'impossible'; why: string }

export type CheckOptions = {
  tools: CheckTools
  network: Network
  /** Whom the check runs as on the host when the agent is root; undefined when it is a plain user. */
  uid: number | undefined
  check: Pick<HealthCheck, 'http' | 'tcp' | 'timeoutSeconds'>
  signal?: AbortSignal
}

/** How long it may take, on a busy host, to get into the network and out of it again. */
const PATIENCE_MS = 10_000
const OUTPUT_KEPT = 500

/**
 * Asks a workload from within its own network. The image needs nothing for it: the program that asks is
 * the host's, and has no rights of its own. What it is run with are descriptors, so that neither a
 * number that another process has by now nor a folder closed to its uid stands in between.
 */
export async function checkHealth(options: CheckOptions): Promise<CheckResult> {
  const { tools, network, uid, check, signal } = options
  const descriptors = network.descriptors()
  if (descriptors === undefined) return impossible('the workload is gone')
  const timeoutMs = check.timeoutSeconds * 1000
  const port = check.http?.port ?? check.tcp?.port ?? 0
  const source = checkSource(port, check.http?.path ?? null, timeoutMs)
  const enter =
    uid === undefined
      ? ['--user=/proc/self/fd/5', '--net=/proc/self/fd/4', '--preserve-credentials', '--']
      : ['--net=/proc/self/fd/4', '--', ...withoutRights(tools, uid)]
  let program: number | undefined
  let child: ChildProcess
  try {
    program = openSync(process.execPath, 'r')
    child = spawn(tools.nsenter, [...enter, '/proc/self/fd/3', '-e', source], {
      cwd: '/',
      env: {},
      stdio: ['ignore', 'pipe', 'pipe', program, descriptors.net, descriptors.user],
      timeout: timeoutMs + PATIENCE_MS,
      killSignal: 'SIGKILL',
      ...(signal ? { signal } : {}),
    })
  } catch (error) {
    return impossible((error as Error).message)
  } finally {
    if (program !== undefined) closeSync(program)
  }
  let said = ''
  let complaint = ''
  child.stdout?.on(
    'data',
    (chunk: Buffer) => (said = (said + chunk.toString()).slice(0, OUTPUT_KEPT)),
  )
  child.stderr?.on(
    'data',
    (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-OUTPUT_KEPT)),
  )
  return new Promise((resolve) => {
    child.on('error', ({ message }) => (complaint ||= message))
    child.on('close', (code, killed) => {
      if (code !== 0) {
        return resolve(impossible(complaint.trim() || `it ended with ${killed ?? code}`))
      }
      resolve(said === '' ? { type: 'well' } : { type: 'failed', why: said })
    })
  })
}

function impossible(why: string): CheckResult {
  return { type: 'impossible', why: `the check could not be made: ${why}` }
}
