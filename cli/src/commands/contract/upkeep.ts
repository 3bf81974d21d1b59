/** What anyone may do for a contract once it is due: settle, expire, close and prune it. */
import type { Chain } from '@covenant/chain-client'
import { formatAmount } from '@covenant/schema/amount'
import { landedData } from '../../carry-out.ts'
import { type Landed, send, withChain } from '../../chain.ts'
import type { Context, Report } from '../../context.ts'
import { CliError, usageError } from '../../errors.ts'
import { loadSigner } from '../../keys.ts'
import { formatDistance, formatTime } from '../../output.ts'
import { type Reading, readContract } from '../../wait-contract.ts'

export const UPKEEP = ['settle', 'expire', 'close', 'prune'] as const
export type Upkeep = (typeof UPKEEP)[number]
export type UpkeepOptions = { verb: Upkeep; contract: number; key?: string; chain: string }

/** Nobody loses by it but whoever signs, who pays the fee; so nothing is asked. */
export async function upkeep(
  { verb, contract: id, key, chain: endpoint }: UpkeepOptions,
  context: Context,
): Promise<Report> {
  return withChain(endpoint, async (chain) => {
    const signer = await loadSigner(key, chain, context)
    const reading = await readContract(chain, id)
    if (reading.type === 'absent') {
      throw usageError(`There is no contract ${id}; "covenant contract list" shows them`)
    }
    const why = await notYet(chain, verb, { id, reading })
    if (why !== undefined) throw new CliError(`${why}. Nothing was signed`)
    const call = chain.calls.contracts[verb]({ contract: id })
    const outcome = await send(chain, { call, signer, context })
    const done = outcome.events.map(told).filter((line) => line !== undefined)
    return {
      data: {
        contract: id,
        events: outcome.events
          .filter(({ type }) => type.startsWith('contracts.'))
          .map(({ type, data }) => ({ type, data })),
        ...landedData(outcome),
      },
      text: `In block ${outcome.blockHeight}: ${done.join('; ')}.`,
    }
  })
}

type Found = { id: number; reading: Reading }

/** Why the chain would refuse it now; undefined where it would not. */
async function notYet(chain: Chain, verb: Upkeep, { id, reading }: Found) {
  const { suspensionGrace, tombstonePeriod } = chain.constants.contracts
  const { now } = reading
  if (verb === 'prune') {
    if (reading.type === 'open') return `Contract ${id} is ${reading.contract.state}, not closed`
    if (reading.type !== 'closed' || reading.tombstone === null) {
      return `Of contract ${id} nothing is left`
    }
    return until(reading.tombstone.closedAt + tombstonePeriod, now, 'What is left of it stays')
  }
  if (reading.type !== 'open') return `Contract ${id} is closed already`
  const { state, running, pending, suspendedAt, node: nodeId } = reading.contract
  if (verb === 'settle') {
    return state === 'Running' ? undefined : `Contract ${id} is ${state}: nothing is due`
  }
  if (verb === 'expire') {
    if (pending === null) return `Contract ${id} has nothing that its node has yet to answer`
    const what = running === null ? 'Its offer stands' : 'Its update stands'
    return until(pending.deadline + 1, now, what)
  }
  const node = await chain.nodes.get(nodeId, reading.at)
  if (node?.state === 'Retired') return undefined
  if (suspendedAt === null) return `Contract ${id} is ${state}, and node ${nodeId} is not retired`
  return until(suspendedAt + suspensionGrace, now, 'It is suspended, and can be topped up')
}

function until(time: number, now: number, what: string): string | undefined {
  return now < time ? `${what} until ${formatTime(time)} (${formatDistance(time, now)})` : undefined
}

type Told = Landed['events'][number]

function told({ type, data }: Told): string | undefined {
  switch (type) {
    case 'contracts.Settled':
      return `the node was paid ${formatAmount(data.paid)}, ${formatAmount(data.escrow)} is left, and contract ${data.contract} is ${data.state}`
    case 'contracts.Closed':
      return `contract ${data.contract} is closed (${data.reason}), and ${formatAmount(data.refund)} of its escrow went back to its owner`
    case 'contracts.UpdateDropped':
      return `version ${data.version} of contract ${data.contract} is dropped (${data.reason}), and what runs goes on`
    case 'contracts.Pruned':
      return `what was left of contract ${data.contract} is gone, and its deposit of ${formatAmount(data.deposit)} went back to its owner`
    default:
      return undefined
  }
}
