import type { Chain, Contract, Tombstone } from '@covenant/chain-client'
import { formatAmount } from '@covenant/schema/amount'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { fields, formatDistance, formatRate, formatTime, paragraphs } from '../../output.ts'
import { readBody, showResources, showServices } from '../../bodies.ts'
import { showFunded } from '../../review/money.ts'
import { type Reading, readContract, waitForContract } from '../../wait-contract.ts'

export type ShowContractOptions = {
  contract: number
  wait?: 'running' | 'closed'
  /** Seconds. */
  timeout: number
  chain: string
}

/** Shows a contract as the chain has it; with `wait`, once it is in that state. */
export async function showContract(
  { contract: id, wait, timeout, chain: endpoint }: ShowContractOptions,
  context: Context,
): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const reading =
      wait === undefined
        ? await readContract(chain, id)
        : await waitForContract(chain, { contract: id, wait }, { timeout, context })
    return report(chain, id, reading)
  })
}

function report(chain: Chain, id: number, reading: Reading): Report | Promise<Report> {
  if (reading.type === 'open') return reportOpen(chain, reading.contract, reading)
  if (reading.type === 'closed') return reportClosed(id, reading.tombstone, reading)
  throw usageError(`There is no contract ${id}; "covenant contract list" shows them`)
}

function reportClosed(id: number, tombstone: Tombstone | null, { height, now }: Reading): Report {
  if (tombstone === null) {
    return { data: { id, state: 'Closed', height }, text: `Contract ${id}  Closed long ago` }
  }
  const { owner, node, reason, closedAt, body } = tombstone
  return {
    data: { ...tombstone, state: 'Closed', height },
    text: paragraphs(
      `Contract ${id}  Closed (${reason}), at block ${height}`,
      fields([
        ['owner', owner],
        ['node', node],
        ['closed', `${formatTime(closedAt)} (${formatDistance(closedAt, now)})`],
        ['body', body],
      ]),
    ),
  }
}

async function reportOpen(
  chain: Chain,
  contract: Contract,
  { height, at, now }: Reading,
): Promise<Report> {
  const { id, owner, state, running, pending, escrow, report } = contract
  const spec = running ?? pending?.spec
  const [group, funds, found] = await Promise.all([
    chain.groups.byAccount(owner, at),
    chain.contracts.funds(id, at),
    spec && readBody(chain, spec.body, at),
  ])
  const body = found?.body
  if (funds === null) throw new Error(`contract ${id} is open at block ${height}, and has no funds`)
  const { due, fundedUntil, graceUntil } = funds
  const rate = spec?.rate ?? 0n
  return {
    data: {
      ...contract,
      ownerGroup: group,
      due,
      fundedUntil,
      graceUntil,
      content: body ?? null,
      height,
    },
    text: paragraphs(
      `Contract ${id}  ${state}${body === undefined ? '' : `  "${body.name}"`}, at block ${height}`,
      fields([
        ['owner', group === null ? owner : `group ${group} (${owner})`],
        ['node', contract.node],
        ['version', running?.version ?? contract.version],
        ['reserves', spec && showResources(spec.resources)],
        ['rate', spec && formatRate(spec.rate)],
        ['escrow', `${formatAmount(escrow)}, of which ${formatAmount(due)} is due now`],
        ['funded until', showFunded({ ...funds, left: escrow - due, rate })],
        [
          'health',
          report
            ? `${report.health}, said by its node ${formatDistance(report.at, now)}`
            : undefined,
        ],
        [
          'update',
          running && pending
            ? `version ${pending.spec.version}, body ${pending.spec.body}, ${formatRate(pending.spec.rate)}`
            : undefined,
        ],
        ['suspended', contract.suspendedAt === null ? undefined : formatTime(contract.suspendedAt)],
        ['kept until', graceUntil === null ? undefined : formatTime(graceUntil)],
        [
          'answer by',
          pending
            ? `${formatTime(pending.deadline)} (${formatDistance(pending.deadline, now)})`
            : undefined,
        ],
        ['body', spec?.body],
      ]),
      body && showServices(body),
    ),
  }
}
