import { existsSync } from 'node:fs'
import type { ServiceStatus } from '@covenant/schema/agent-status'
import type { Report } from '../../context.ts'
import { CliError } from '../../errors.ts'
import { EXIT } from '../../exit-codes.ts'
import { agentFolder, readAgentStatus } from '../../local-agent.ts'
import { fields, paragraphs, table } from '../../output.ts'

/** What the agent of a folder on this machine does; code 1 when it does not run. */
export async function nodeStatus({ data }: { data: string }): Promise<Report> {
  const status = await readAgentStatus(data)
  if (status === undefined) {
    throw new CliError(
      `${agentFolder(data)} holds no status: no agent has run there; name its folder with --data`,
    )
  }
  const isRunning = existsSync(`/proc/${status.pid}`)
  const { sandbox, chain, api, policyProblem } = status
  const rows = status.contracts.flatMap(({ id, state, detail, services }) => [
    [id, '', state, detail, null],
    ...services.map((one) => [
      '',
      one.name,
      healthOf(one),
      one.error ?? one.healthProblem,
      one.restarts,
    ]),
  ])
  return {
    data: { ...status, isRunning },
    text: paragraphs(
      fields([
        ['agent', status.agent],
        ['runs', isRunning ? `yes, as process ${status.pid}` : `no, not since ${status.writtenAt}`],
        ['node', status.node ?? 'none names it yet: covenant node register'],
        ['seed', status.seedProblem ?? undefined],
        ['chain', chain.problem === null ? chain.endpoint : `${chain.endpoint}: ${chain.problem}`],
        ['API', api.problem === null ? api.url : `${api.url}: ${api.problem}`],
        ['not believed', api.refusedClaim ?? undefined],
        ['policy', policyProblem ?? 'well'],
        [
          'sandbox',
          sandbox.works ? `${sandbox.executor} ${sandbox.version}` : `none: ${sandbox.message}`,
        ],
      ]),
      table(['contract', 'service', 'state', 'why', 'restarts'], rows, 'No contracts.'),
    ),
    exitCode: isRunning ? EXIT.ok : EXIT.failure,
  }
}

/** Its state, and how its health check finds it where it has one. */
function healthOf({ state, health }: ServiceStatus): string {
  return health === null ? state : `${state}, ${health}`
}
