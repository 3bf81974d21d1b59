import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { AGENT_FILES } from '@covenant/schema/agent-status'
import type { Context, Report } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { EXIT } from '../../exit-codes.ts'
import { agentFolder, readAgentStatus } from '../../local-agent.ts'

export type LogsOptions = {
  contract: number
  service?: string
  /** Until this is in the log. */
  waitFor?: string
  /** Until none of its programs runs any more. */
  waitStopped: boolean
  /** Seconds. */
  timeout: number
  data: string
}

const LOOK_EVERY_MS = 100

/** What a contract's program printed, from the files that the agent on this machine keeps. */
export async function showLogs(options: LogsOptions, context: Context): Promise<Report> {
  const { contract, waitFor, waitStopped, timeout, data } = options
  const folder = dirname(join(agentFolder(data), AGENT_FILES.log(contract, 'any')))
  if (waitFor !== undefined) {
    context.say(`waiting for ${JSON.stringify(waitFor)}`)
    await untilLogged({ folder, waitFor, ...options })
  }
  if (waitStopped) {
    context.say('waiting until it has stopped')
    await untilStopped(options)
  }
  const services = await servicesOf(folder)
  if (services.length === 0) {
    throw new CliError(
      `${folder} holds no log: the node of this machine has not started contract ${contract}` +
        `${waitFor === undefined ? '' : ` in ${timeout} s`}; name the folder of the node that runs it with --data`,
    )
  }
  const service = chooseService(services, options)
  const log = await readLog(folder, service)
  return { data: { contract, service, log }, text: log.replace(/\n$/, ''), verbatim: true }
}

/** @throws CliError with code 6 when the time is over */
async function untilLogged({
  folder,
  waitFor = '',
  timeout,
  contract,
  service,
}: LogsOptions & { folder: string }): Promise<void> {
  const isThere = await until(timeout, async () => {
    const services = (await servicesOf(folder)).filter((name) => name === (service ?? name))
    const logs = await Promise.all(services.map((name) => readLog(folder, name)))
    return logs.some((log) => log.includes(waitFor))
  })
  if (isThere) return
  throw new CliError(
    `Contract ${contract} has not printed ${JSON.stringify(waitFor)} in ${timeout} s (looked into ${folder})`,
    EXIT.timedOut,
  )
}

/** @throws CliError with code 6 when the time is over */
async function untilStopped({ contract, data, timeout }: LogsOptions): Promise<void> {
  const hasStopped = await until(timeout, async () => {
    const status = await readAgentStatus(data)
    const found = status?.contracts.find(({ id }) => id === contract)
    return status !== undefined && !found?.services.some(({ state }) => state !== 'ended')
  })
  if (hasStopped) return
  throw new CliError(
    `The agent of ${agentFolder(data)} has not stopped contract ${contract} in ${timeout} s, or does not run`,
    EXIT.timedOut,
  )
}

/** Whether it became so before the time was over. */
async function until(seconds: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const over = performance.now() + seconds * 1000
  while (performance.now() < over) {
    if (await isSo()) return true
    await setTimeout(LOOK_EVERY_MS)
  }
  return false
}

function chooseService(services: string[], { contract, service }: LogsOptions): string {
  const [first = ''] = services
  if (service === undefined && services.length === 1) return first
  if (service !== undefined && services.includes(service)) return service
  const asked = service === undefined ? 'has several services' : `has no service ${service}`
  throw usageError(`Contract ${contract} ${asked}; choose with --service: ${services.join(', ')}`)
}

async function servicesOf(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return []
  const names = await readdir(folder)
  return names.flatMap((name) => (name.endsWith('.log') ? [name.slice(0, -'.log'.length)] : []))
}

/** The log, and before it what was put aside when it grew too long. */
async function readLog(folder: string, service: string): Promise<string> {
  const read = (name: string) => readFile(join(folder, name), 'utf8').catch(() => '')
  return `${await read(`${service}.log.1`)}${await read(`${service}.log`)}`
}
