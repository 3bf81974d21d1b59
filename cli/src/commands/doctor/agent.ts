import { relative } from 'node:path'
import { START } from '@covenant/service/installed'
import { agentFolder, readAgentStatus } from '../../local-agent.ts'
import type { Check } from './check.ts'

/** The node agent of this machine, by what it says of itself. */
export async function checkAgent(data: string): Promise<Check> {
  const name = 'agent'
  const status = await readAgentStatus(data)
  const folder = relative(process.cwd(), agentFolder(data)) || '.'
  const failed = (detail: string, help: string): Check => ({ name, ok: false, detail, help })
  if (status === undefined) {
    return failed(`no agent has left a status in ${folder}`, `${START}, or --data FOLDER`)
  }
  if (!isAlive(status.pid)) {
    return failed(status.seedProblem ?? `the agent of ${folder} does not run`, START)
  }
  if (status.node === null) {
    return failed(`no node on chain names the agent ${status.agent}`, 'register a node that does')
  }
  if (!status.sandbox.works) return failed(status.sandbox.message, status.sandbox.remedy)
  if (status.policyProblem !== null) return failed(status.policyProblem, 'correct the policy file')
  const problem = status.chain.problem ?? status.api.problem
  if (problem !== null) return failed(problem, 'look at the log of the part that it names')
  const running = status.contracts.filter(({ state }) => state === 'running').length
  const where = `${running} of ${status.contracts.length} contracts run`
  const detail = `serves node ${status.node}, ${where} in ${status.sandbox.executor}`
  return { name, ok: true, detail }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
