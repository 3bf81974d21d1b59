import { type Chain, type Contract, dueAt, liveAt, type Tombstone } from '@covenant/chain-client'
import { formatAmount } from '@covenant/schema/amount'
import { withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { EXIT } from '../../exit-codes.ts'
import { fields, formatDistance, formatRate, formatTime, paragraphs } from '../../output.ts'
import { readBody, showResources, showServices } from '../../bodies.ts'
import { waitOnChain } from '../../wait.ts'

export type ShowContractOptions = {
  contract: number
  wait?: 'running' | 'closed'
  /** Seconds. */
  timeout: number
  chain: string
}

/** A contract at one finalised block; once pruned, a closed one is known by its id alone. */
type Reading = { height: number; at: string; now: number } & (
  | { type: 'open'; contract: Contract }
  | { type: 'closed'; tombstone: Tombstone | null }
  | { type: 'absent' }
)

/** Shows a contract as the chain has it; with `wait`, once it is in that state. */
export async function showContract(
  { contract: id, wait, timeout, chain: endpoint }: ShowContractOptions,
  context: Context,
): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    if (wait === undefined) return report(chain, id, await read(chain, id))
    let last = ''
    const found = await waitOnChain(chain, {
      timeoutSeconds: timeout,
      look: async () => {
        const reading = await read(chain, id)
        const state = stateOf(reading)
        if (state !== last) context.say(`contract ${id}: ${state} (block ${reading.height})`)
        last = state
        return isReached(reading, id, wait) ? reading : undefined
      },
    })
    if (found !== undefined) return report(chain, id, found)
    throw new CliError(
      `Contract ${id} is ${last || 'not seen'} and not ${wait} after ${timeout} s; ` +
        '"covenant doctor" says whether chain and node are well',
      EXIT.timedOut,
    )
  })
}

async function read(chain: Chain, id: number): Promise<Reading> {
  const { height, hash: at } = await chain.finalizedHead()
  const [contract, next, now] = await Promise.all([
    chain.contracts.get(id, at),
    chain.contracts.nextId(at),
    chain.clock.now(at),
  ])
  const block = { height, at, now }
  if (contract !== null) return { ...block, type: 'open', contract }
  if (id >= next || id === 0) return { ...block, type: 'absent' }
  return { ...block, type: 'closed', tombstone: await chain.contracts.tombstone(id, at) }
}

function stateOf(reading: Reading): string {
  if (reading.type === 'absent') return 'not there yet'
  if (reading.type === 'open') return reading.contract.state
  return `Closed${reading.tombstone === null ? '' : ` (${reading.tombstone.reason})`}`
}

/** Whether the wait is over. @throws CliError with code 4 when it can never be */
function isReached(reading: Reading, id: number, wait: 'running' | 'closed'): boolean {
  if (reading.type === 'closed') {
    if (wait === 'closed') return true
    throw new CliError(
      `Contract ${id} is ${stateOf(reading)} and will not run; propose it again`,
      EXIT.rejected,
    )
  }
  if (reading.type === 'absent' || wait === 'closed') return false
  const { state, pending } = reading.contract
  if (state === 'Offered' && pending !== null && reading.now > pending.deadline) {
    throw new CliError(
      `The offer of contract ${id} has expired at ${formatTime(pending.deadline)}: its node did not answer. Cancel it ("covenant contract cancel ${id}") and propose it again`,
      EXIT.rejected,
    )
  }
  return state === 'Running'
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
  const { id, owner, state, running, pending, escrow } = contract
  const spec = running ?? pending?.spec
  const [group, node, found] = await Promise.all([
    chain.groups.byAccount(owner, at),
    chain.nodes.get(contract.node, at),
    spec && readBody(chain, spec.body, at),
  ])
  const body = found?.body
  const live = node === null ? 0 : liveAt(node, { now, window: chain.constants.nodes.window })
  const due = dueAt(contract, live)
  return {
    data: { ...contract, ownerGroup: group, due, content: body ?? null, height },
    text: paragraphs(
      `Contract ${id}  ${state}${body === undefined ? '' : `  "${body.name}"`}, at block ${height}`,
      fields([
        ['owner', group === null ? owner : `group ${group} (${owner})`],
        ['node', contract.node],
        ['version', contract.version],
        ['reserves', spec && showResources(spec.resources)],
        ['rate', spec && formatRate(spec.rate)],
        ['escrow', `${formatAmount(escrow)}, of which ${formatAmount(due)} is due now`],
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
