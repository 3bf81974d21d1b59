/** Waiting, after a vote, until the group has decided and what it decided runs. */
import type { Block, Chain, ProposalOutcome } from '@covenant/chain-client'
import type { Context } from './context.ts'
import { CliError } from './errors.ts'
import { EXIT } from './exit-codes.ts'
import { formatTime } from './output.ts'
import { eventsOf, type VoteResult } from './votes.ts'
import { withinTime } from './wait.ts'
import { waitForContract } from './wait-contract.ts'
import type { WaitOptions } from './waits.ts'

export type Waited = {
  decided: ProposalOutcome | null
  contract: number | null
  /** The contract's, where that was waited for. */
  state: string | null
}

type Decision = { outcome: ProposalOutcome; created: number | null }

/**
 * What became of it in the end: how the proposal closed, and the state of the contract it created.
 *
 * @throws CliError with code 4 as soon as it can no longer come about, 6 when the time is over
 */
export async function waitAfterVote(
  chain: Chain,
  vote: VoteResult,
  { wait, timeout, context }: WaitOptions & { context: Context },
): Promise<Waited> {
  const first = vote.closed === null ? null : { outcome: vote.closed, created: vote.created }
  if (wait === 'finalized') {
    return { decided: vote.closed, contract: vote.created, state: null }
  }
  const decision = first ?? (await untilDecided(chain, vote, { timeout, context }))
  if (decision.outcome !== 'Executed') {
    const how = decision.outcome.toLowerCase()
    throw new CliError(`${vote.address} is ${how}, and will not be carried out`, EXIT.rejected)
  }
  const { created: contract } = decision
  if (wait === 'quorum' || contract === null) {
    return { decided: decision.outcome, contract, state: null }
  }
  const reading = await waitForContract(chain, contract, { wait: 'running', timeout, context })
  const state = reading.type === 'open' ? reading.contract.state : null
  return { decided: decision.outcome, contract, state }
}

type Until = { timeout: number; context: Context }

async function untilDecided(
  chain: Chain,
  vote: VoteResult,
  { timeout, context }: Until,
): Promise<Decision> {
  const { address, group, proposal, block } = vote
  const found = await withinTime(
    { timeoutSeconds: timeout, resume: `covenant review ${address}` },
    async (signal) => {
      const open = await chain.groups.proposal(group, proposal, block.hash)
      for await (const next of chain.follow({ from: block.height + 1, signal })) {
        tellVotes(next, vote, context)
        const decision = decisionIn(next, vote)
        if (decision !== undefined) return decision
        await requireOpen(chain, next, { address, group, expires: open?.expires ?? 0 })
      }
      return undefined
    },
  )
  if (found !== undefined) return found
  throw new CliError(
    `${address} is not decided after ${timeout} s; look again: covenant review ${address}`,
    EXIT.timedOut,
  )
}

type Address = Pick<VoteResult, 'address' | 'group' | 'proposal'>

function tellVotes(
  { events, height }: Block,
  { address, group, proposal }: Address,
  { progress }: Context,
) {
  for (const { member, vote, weight, ...of } of eventsOf(events, 'groups.Voted')) {
    if (of.group !== group || of.proposal !== proposal) continue
    const line = `${address}: ${member} ${vote === 'Approve' ? 'approved' : 'rejected'} with ${weight} (block ${height})`
    progress(line, { proposal: address, member, vote, weight, height })
  }
}

/** How the block closed the proposal, and the contract that was created in that very extrinsic. */
function decisionIn({ events }: Block, { group, proposal }: Address): Decision | undefined {
  const closed = events.find(
    (event) =>
      event.type === 'groups.ProposalClosed' &&
      event.data.group === group &&
      event.data.proposal === proposal,
  )
  if (closed?.type !== 'groups.ProposalClosed') return undefined
  const same = events.filter(({ extrinsicIndex }) => extrinsicIndex === closed.extrinsicIndex)
  const [created] = eventsOf(same, 'contracts.Created')
  return { outcome: closed.data.outcome, created: created?.contract ?? null }
}

/** @throws CliError with code 4 where nobody can vote on it any more */
async function requireOpen(
  chain: Chain,
  { hash, events }: Block,
  { address, group, expires }: { address: string; group: number; expires: number },
): Promise<void> {
  if (eventsOf(events, 'groups.MembersSet').some((set) => set.group === group)) {
    throw new CliError(
      `${address} is stale: members or thresholds of the group have changed; propose it again`,
      EXIT.rejected,
    )
  }
  if ((await chain.clock.now(hash)) > expires) {
    throw new CliError(
      `${address} has expired at ${formatTime(expires)}; propose it again`,
      EXIT.rejected,
    )
  }
}

/** What the waiting found beyond what the vote itself did. */
export function showWaited(
  vote: VoteResult,
  { decided, contract, state }: Waited,
): string | undefined {
  if (state !== null) return `Contract ${contract} is ${state}.`
  if (vote.closed !== null || decided === null) return undefined
  const created = contract === null ? '' : `: contract ${contract} is created`
  return `${vote.address} is decided and carried out${created}.`
}
