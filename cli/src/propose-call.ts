import type { Call, Chain, Group, Permission, Signer } from '@covenant/chain-client'
import { send } from './chain.ts'
import type { Context } from './context.ts'
import { CliError } from './errors.ts'
import { eventsOf, readVote, type VoteResult } from './votes.ts'

export type ProposeCall = {
  group: Group
  call: Call
  /** Done in the same transaction, before it. */
  first?: Call
  /** In chain seconds. */
  expires: number
  signer: Signer
  context: Context
}

export type ProposedCall = VoteResult & { call: { hex: string; hash: string } }

/** Opens a proposal, which is the proposer's vote too. @throws CliError where the signer may not */
export async function proposeCall(
  chain: Chain,
  { group, call, first, expires, signer, context }: ProposeCall,
): Promise<ProposedCall> {
  requirePermission(group, signer.address, 'PROPOSE')
  const propose = chain.calls.groups.propose({ group: group.id, call, expires })
  const outcome = await send(chain, {
    call: first === undefined ? propose : chain.calls.utility.batchAll({ calls: [first, propose] }),
    signer,
    context,
  })
  return readProposed(outcome, group, call)
}

/** What became of a proposal that this very extrinsic opened. */
export function readProposed(
  outcome: Parameters<typeof readVote>[0],
  group: Group,
  call: Call,
): ProposedCall {
  const [proposed] = eventsOf(outcome.events, 'groups.Proposed')
  if (proposed === undefined) throw new CliError('The chain announced no proposal')
  const { proposal, kind } = proposed
  const vote = readVote(outcome, { group, proposal, kind, votes: [] })
  return { ...vote, call: { hex: call.hex, hash: call.hash } }
}

/** @throws CliError naming who could */
export function requirePermission(group: Group, account: string, ...anyOf: Permission[]): void {
  const able = group.members.filter(({ permissions }) =>
    permissions.some((permission) => anyOf.includes(permission)),
  )
  if (able.some((member) => member.account === account)) return
  const verb = anyOf.includes('PROPOSE') ? 'propose' : 'vote so'
  throw new CliError(
    `${account} may not ${verb} in group ${group.id}; these may: ${able.map((member) => member.account).join(', ')}`,
  )
}
