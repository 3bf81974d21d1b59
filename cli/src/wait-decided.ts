/** Waiting, after a vote, until the group has decided and all that it decided runs. */
import type { Block, Chain, ProposalOutcome } from '@covenant/chain-client'
import type { Context } from './context.ts'
import { CliError } from './errors.ts'
import { EXIT } from './exit-codes.ts'
import { formatTime } from './output.ts'
import { eventsOf, type Offered, offersIn, showOffered, type VoteResult } from './votes.ts'
import { withinTime } from './wait.ts'
import { waitForOffers } from './wait-contract.ts'
import type { WaitOptions } from './waits.ts'

export type Waited = {
  decided: ProposalOutcome | null
  offers: OfferState[]
}

/** What was offered, and the state of its contract where that was waited for. */
export type OfferState = Offered & { state: string | null }

type Decision = { outcome: ProposalOutcome; offers: Offered[] }

/**
 * What became of it in the end: how the proposal closed, and the states of the contracts that it
 * offered to nodes.
 *
 * @throws CliError with code 4 as soon as it can no longer come about, 6 when the time is over
 */
export async function waitAfterVote(
  chain: Chain,
  vote: VoteResult,
  { wait, timeout, context }: WaitOptions & { context: Context },
): Promise<Waited> {
  if (wait === 'none' || wait === 'finalized') {
    return { decided: vote.closed, offers: vote.offers.map(unknown) }
  }
  const over = Date.now() + timeout * 1000
  const decision =
    vote.closed === null
      ? await untilDecided(chain, vote, { timeout, context })
      : { outcome: vote.closed, offers: vote.offers }
  const { outcome: decided, offers } = decision
  if (decided !== 'Executed') {
    const how = decided.toLowerCase()
    throw new CliError(`${vote.address} is ${how}, and will not be carried out`, EXIT.rejected)
  }
  const left = Math.max((over - Date.now()) / 1000, 0)
  return { decided, offers: await waitAfterOffer(chain, offers, { wait, timeout: left, context }) }
}

const unknown = (offered: Offered): OfferState => ({ ...offered, state: null })

/** With `running`, once all of it runs; @throws CliError as for a vote */
export async function waitAfterOffer(
  chain: Chain,
  offers: readonly Offered[],
  { wait, timeout, context }: WaitOptions & { context: Context },
): Promise<OfferState[]> {
  if (wait !== 'running' || offers.length === 0) return offers.map(unknown)
  const contracts = await waitForOffers(chain, offers, { timeout, context })
  return offers.map((offered, index) => ({ ...offered, state: contracts[index]?.state ?? null }))
}

type Until = { timeout: number; context: Context }

async function untilDecided(
  chain: Chain,
  vote: VoteResult,
  { timeout, context }: Until,
): Promise<Decision> {
  const { address, group, proposal, block } = vote
  const found = await withinTime(
    {
      timeoutSeconds: timeout,
      resume: `covenant review ${address}`,
      what: `waiting until ${address} is decided`,
      context,
    },
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

/** How the block closed the proposal, and what was offered in that very extrinsic. */
function decisionIn({ events }: Block, { group, proposal }: Address): Decision | undefined {
  const closed = events.find(
    (event) =>
      event.type === 'groups.ProposalClosed' &&
      event.data.group === group &&
      event.data.proposal === proposal,
  )
  if (closed?.type !== 'groups.ProposalClosed') return undefined
  const same = events.filter(({ extrinsicIndex }) => extrinsicIndex === closed.extrinsicIndex)
  return { outcome: closed.data.outcome, offers: offersIn(same) }
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
export function showWaited(vote: VoteResult, { decided, offers }: Waited): string | undefined {
  const states = showStates(offers)
  if (states !== undefined) return states
  if (vote.closed !== null || decided === null) return undefined
  const done = offers.map(showOffered)
  return `${vote.address} is decided and carried out${done.length === 0 ? '' : `: ${done.join('; ')}`}.`
}

/** A line for each whose state was waited for; undefined where there is none. */
export function showStates(offers: readonly OfferState[]): string | undefined {
  const states = offers.flatMap(({ contract, state }) =>
    state === null ? [] : [`Contract ${contract} is ${state}.`],
  )
  return states.length === 0 ? undefined : states.join('\n')
}
